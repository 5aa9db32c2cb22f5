// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// An `rd_kafka_t`, destroyed when nothing refers to it any more.
///
/// Messages refer to it too: librdkafka's destroy waits for every message of the client, so one that outlives its
/// consumer would otherwise keep it from closing, for ever when both are held by the same thread.
final class Client {
    let pointer: OpaquePointer
    /// What librdkafka's threads call until the last of them has ended, so it lives as long as they do.
    private let context: ClientContext

    init(owning pointer: OpaquePointer, context: ClientContext) {
        self.pointer = pointer
        self.context = context
    }

    /// Consumers are closed before, so nothing here waits for the group.
    deinit {
        withExtendedLifetime(context) { rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
    }
}

/// A client and what its callbacks reach.
final class ClientHandle {
    let context: ClientContext
    /// nil once given up.
    private(set) var client: Client?
    /// nil once given up.
    var pointer: OpaquePointer? { client?.pointer }

    init(
        _ type: rd_kafka_type_t,
        _ configuration: KafkaConfiguration,
        context: ClientContext
    ) throws(KafkaError) {
        self.context = context
        guard let conf = rd_kafka_conf_new() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: "configure")
        }
        for (name, value) in configuration.properties.sorted(by: { $0.key < $1.key })
        // One configuration serves producers and consumers; librdkafka warns of each property that is not for it.
        where PropertyCatalog.current.applies(name, to: type) {
            if let problem = KafkaConfiguration.set(name, value, in: conf) {
                rd_kafka_conf_destroy(conf)
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation: "configure", message: problem)
            }
        }
        context.install(in: conf, for: type)
        let pointer = try withErrorText { text, size throws(KafkaError) -> OpaquePointer in
            guard let client = rd_kafka_new(type, conf, text, size) else {
                rd_kafka_conf_destroy(conf)  // taken over on success only
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__INVALID_ARG,
                    operation: "configure",
                    message: String(cString: text)
                )
            }
            return client
        }
        client = Client(owning: pointer, context: context)
    }

    /// The client, for a call of the named operation.
    func live(_ operation: String) throws(KafkaError) -> OpaquePointer {
        guard let pointer else { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY, operation: operation) }
        return pointer
    }

    /// Gives the client up; it is freed with the last message that was read from it.
    func destroy() {
        client = nil
    }

    /// Gives the client up without freeing it.
    ///
    /// For a member of a cooperative group that was never told an assignment: librdkafka 2.0.2 ends the process where it
    /// frees one (`Assertion 'assignor_state' failed`). It has left the group, and memory and threads go with the process.
    func abandon() {
        if let client { _ = Unmanaged.passRetained(client) }
        client = nil
    }

    /// The error that made the client unusable; nil while it is usable.
    static func fatalError(of client: OpaquePointer, operation: String) -> KafkaError? {
        withErrorText { text, size in
            let code = rd_kafka_fatal_error(client, text, size)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
            return KafkaError(
                code,
                operation: operation,
                message: String(cString: text),
                disposition: KafkaError.disposition(of: code, isFatal: true)
            )
        }
    }
}
