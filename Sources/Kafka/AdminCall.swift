// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// One call of the admin API: options and a queue of its own, both freed whatever happens.
struct AdminCall {
    let client: OpaquePointer
    let kind: rd_kafka_admin_op_t
    let operation: String
    let timeoutMs: Int32
    /// Whether the answer waits until the brokers have carried the change out.
    var waitsForCompletion = false
    /// Whether offsets with a pending transaction are waited for.
    var requiresStableOffsets = false

    /// Sends what `submit` submits and gives the answer, valid inside `read` only.
    func run<Result>(
        submit: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void,
        read: (_ event: OpaquePointer) throws(KafkaError) -> Result
    ) throws(KafkaError) -> Result {
        guard let options = rd_kafka_AdminOptions_new(client, kind), let queue = rd_kafka_queue_new(client) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: operation)
        }
        defer {
            rd_kafka_AdminOptions_destroy(options)
            rd_kafka_queue_destroy(queue)
        }
        try configure(options)
        submit(options, queue)
        // librdkafka itself ends the request in time; the addition lets its answer, which says why, come first.
        guard let event = rd_kafka_queue_poll(queue, timeoutMs + 1000) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation: operation)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let message = rd_kafka_event_error_string(event).map { String(cString: $0) }
            throw KafkaError(code, operation: operation, message: message)
        }
        return try read(event)
    }

    private func configure(_ options: OpaquePointer) throws(KafkaError) {
        try withErrorText { text, size throws(KafkaError) in
            var code = rd_kafka_AdminOptions_set_request_timeout(options, timeoutMs, text, size)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, waitsForCompletion {
                code = rd_kafka_AdminOptions_set_operation_timeout(options, timeoutMs, text, size)
            }
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(code, operation: operation, message: String(cString: text))
            }
        }
        if requiresStableOffsets {
            try KafkaError.check(rd_kafka_AdminOptions_set_require_stable_offsets(options, 1), operation)
        }
    }
}
