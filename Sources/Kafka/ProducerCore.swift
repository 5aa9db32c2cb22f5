// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// What both producers do: queue copies of records, and remember the first delivery that failed.
final class ProducerCore {
    /// How long a full queue is waited for before `produce` fails.
    private static let queueFullLimit = Duration.seconds(30)
    /// Stands for the address of empty keys and values; a null address would make them null.
    private static var empty: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: 1) }

    let handle: ClientHandle
    private var topics: [String: OpaquePointer] = [:]

    init(configuration: KafkaConfiguration, observer: (any KafkaObserver)?) throws(KafkaError) {
        handle = try ClientHandle(RD_KAFKA_PRODUCER, configuration, context: ClientContext(observer))
    }

    deinit { close() }

    /// Defaults of every producer: placed like Java's, once and in order, up to 8 MiB and what surrounds them.
    static func completed(_ configuration: KafkaConfiguration, forced: [String: String]) -> KafkaConfiguration {
        configuration.completed(
            defaults: [
                "partitioner": "murmur2_random",
                "message.max.bytes": String(8 * 1024 * 1024 + 64 * 1024),
                "linger.ms": "5",
                "queue.buffering.max.messages": "1000000",
            ],
            forced: [
                "enable.idempotence": "true",
                "acks": "all",
                // Successes need no callback; at full rate that is a tenth of the producer's work.
                "delivery.report.only.error": "true",
            ].merging(forced) { _, given in given }
        )
    }

    // A record is what it is; a struct of the same six fields would only be built to be taken apart here.
    func produce(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header],
        timestampMs: Int64?
    ) throws(KafkaError) {
        let client = try handle.live("produce")
        let topicHandle = try self.topicHandle(topic, client)
        let headerList = Self.makeHeaders(headers)
        let keyAddress = key.map { $0.baseAddress ?? Self.empty } ?? nil
        let valueAddress = value.map { $0.baseAddress ?? Self.empty } ?? nil
        var deadline: ContinuousClock.Instant?
        while true {
            guard
                let error = clibrdkafka_produce(
                    client,
                    topicHandle,
                    partition ?? Int32(RD_KAFKA_PARTITION_UA),
                    keyAddress,
                    key?.count ?? 0,
                    valueAddress,
                    value?.count ?? 0,
                    headerList,
                    timestampMs ?? 0
                )
            else { return }
            if rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL {
                let now = ContinuousClock.now
                let limit = deadline ?? now + Self.queueFullLimit
                deadline = limit
                if now < limit {
                    rd_kafka_error_destroy(error)
                    rd_kafka_poll(client, 10)
                    continue
                }
            }
            if let headerList { rd_kafka_headers_destroy(headerList) }
            throw failure(consuming: error, client, TopicPartition(topic, partition ?? -1))
        }
    }

    func poll(timeoutMs: Int32) {
        if let client = handle.pointer { rd_kafka_poll(client, timeoutMs) }
    }

    var isFatal: Bool {
        guard let client = handle.pointer else { return true }
        return rd_kafka_fatal_error(client, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Frees the client; what is queued or in flight is dropped.
    func close() {
        guard let client = handle.pointer else { return }
        rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        topics.removeAll()
        handle.destroy()
    }

    private func topicHandle(_ topic: String, _ client: OpaquePointer) throws(KafkaError) -> OpaquePointer {
        if let known = topics[topic] { return known }
        guard let made = rd_kafka_topic_new(client, topic, nil) else {
            throw KafkaError(rd_kafka_last_error(), operation: "produce", partition: TopicPartition(topic, -1))
        }
        topics[topic] = made
        return made
    }

    private func failure(
        consuming error: OpaquePointer,
        _ client: OpaquePointer,
        _ partition: TopicPartition
    ) -> KafkaError {
        let code = rd_kafka_error_code(error)
        let message = String(cString: rd_kafka_error_string(error))
        rd_kafka_error_destroy(error)
        if let fatal = ClientHandle.fatalError(of: client, operation: "produce") { return fatal }
        return KafkaError(
            code,
            operation: "produce",
            message: message,
            partition: partition,
            // The transaction has failed already, or none is open.
            disposition: code == RD_KAFKA_RESP_ERR__STATE ? .abortable : nil
        )
    }

    private static func makeHeaders(_ headers: [Header]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            if let value = header.value {
                value.withUnsafeBytes { bytes in
                    _ = rd_kafka_header_add(list, header.name, -1, bytes.baseAddress ?? empty, bytes.count)
                }
            } else {
                rd_kafka_header_add(list, header.name, -1, nil, 0)
            }
        }
        return list
    }
}
