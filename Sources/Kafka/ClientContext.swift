// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka
import Synchronization

/// What librdkafka's callbacks reach through a handle's opaque pointer.
final class ClientContext {
    /// Called inside poll and close, on the thread that calls them.
    var onRebalance:
        ((OpaquePointer, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void)?

    private let observer: (any KafkaObserver)?
    private let deliveryError = Mutex<KafkaError?>(nil)
    private let placed = Mutex(PlacedRecords())

    init(_ observer: (any KafkaObserver)?) {
        self.observer = observer
    }

    /// The first delivery that failed since the last call.
    func takeDeliveryError() -> KafkaError? {
        deliveryError.withLock { error in
            defer { error = nil }
            return error
        }
    }

    func install(in configuration: OpaquePointer, for type: rd_kafka_type_t) {
        // Unretained: the handle that owns the client also owns this object, and outlives every callback.
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, message in
            guard let client, let context = ClientContext.from(rd_kafka_opaque(client)) else { return }
            context.observer?.log(
                level: Int(level),
                facility: facility.map { String(cString: $0) } ?? "",
                message: message.map { String(cString: $0) } ?? ""
            )
        }
        rd_kafka_conf_set_stats_cb(configuration) { _, json, length, opaque in
            guard let json, let observer = ClientContext.from(opaque)?.observer else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: json, count: length)
            observer.statistics(String(decoding: bytes, as: UTF8.self))
            return 0  // librdkafka frees the text
        }
        rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            guard let observer = ClientContext.from(opaque)?.observer else { return }
            let code = rd_kafka_resp_err_t(rawValue: code)
            let reason = reason.map { String(cString: $0) }
            observer.error(
                code == RD_KAFKA_RESP_ERR__FATAL
                    ? client.flatMap { ClientHandle.fatalError(of: $0, operation: "client") }
                        ?? KafkaError(code, operation: "client", message: reason)
                    : KafkaError(code, operation: "client", message: reason)
            )
        }
        if type == RD_KAFKA_PRODUCER { installDelivery(in: configuration) } else { installRebalance(in: configuration) }
    }

    private func installDelivery(in configuration: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let message, let context = ClientContext.from(opaque) else { return }
            let topic = message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
            let partition = TopicPartition(topic, message.pointee.partition)
            context.take(partition, offset: message.pointee.offset, message.pointee.err)
        }
    }

    private func take(_ partition: TopicPartition, offset: Int64, _ code: rd_kafka_resp_err_t) {
        let error: KafkaError
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            error = KafkaError(code, operation: "deliver", partition: partition)
        } else if placed.withLock({ $0.take(partition, offset: offset) }) {
            return
        } else {
            error = KafkaError(
                RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER,
                operation: "deliver",
                message: "the broker took a record for a repeat of an earlier one, and may not have it",
                partition: partition,
                disposition: .retriable
            )
        }
        deliveryError.withLock { first in
            if first == nil { first = error }
        }
    }

    private func installRebalance(in configuration: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(configuration) { client, code, partitions, opaque in
            guard let client, let partitions else { return }
            if let handler = ClientContext.from(opaque)?.onRebalance {
                handler(client, code, partitions)
            } else {
                rd_kafka_assign(client, nil)
            }
        }
    }

    private static func from(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}
