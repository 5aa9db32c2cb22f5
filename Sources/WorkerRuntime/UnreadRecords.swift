// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry

/// Looks up how old the first unread record of partitions is that are not read: behind a closed gate, held, stopped.
///
/// A paused partition of the group's consumer gives no record, and reading one there would move its position. So another
/// handle reads one record of each, in small fetches; it is made when the first partition has been paused for a while.
final class UnreadRecords {
    private let kafka: KafkaConfiguration
    private let telemetry: WorkerTelemetry
    private let document = JSONDocument(maximumBytes: ChangeEvent.maximumBytes, maximumDepth: ChangeEvent.maximumDepth)
    private let clients: any KafkaClients
    private var consumer: (any ConsumerClient)?
    private var positions: [TopicPartition: Int64] = [:]
    /// The source times of the records found, in milliseconds since 1970; none of a partition with nothing to read.
    private(set) var times: [TopicPartition: Int64] = [:]

    init(_ configuration: WorkerConfiguration, _ clients: any KafkaClients, telemetry: WorkerTelemetry) {
        self.clients = clients
        var kafka = configuration.kafka
        kafka.properties.merge([
            "isolation.level": "read_committed", "enable.partition.eof": "true", "auto.offset.reset": "error",
            "fetch.message.max.bytes": "4096", "queued.min.messages": "1", "queued.max.messages.kbytes": "64",
            "statistics.interval.ms": "0",
        ]) { _, required in required }
        self.kafka = kafka
        self.telemetry = telemetry
    }

    /// Looks at these partitions from now on, each from an offset; what is known of others is forgotten.
    func look(at wanted: [TopicPartition: Int64]) throws {
        guard wanted != positions else { return }
        times = times.filter { wanted[$0.key] == positions[$0.key] }
        positions = wanted
        let open = wanted.filter { times[$0.key] == nil }
        if open.isEmpty, consumer == nil { return }
        let consumer = try consumer ?? clients.makeConsumer(kafka, group: nil, observer: nil)
        self.consumer = consumer
        try consumer.assign(open)
    }

    /// Takes what has arrived; `ended` is called with partitions that have nothing to read at present.
    func take(ended: (TopicPartition) -> Void) {
        guard let consumer, times.count < positions.count else { return }
        for _ in 0..<1_000 {
            switch consumer.poll(timeoutMs: 0) {
            case .message(let message):
                guard times[message.topicPartition] == nil, positions[message.topicPartition] != nil else { continue }
                times[message.topicPartition] = sourceTime(of: message)
                do {
                    try consumer.pause([message.topicPartition])
                } catch {
                    telemetry.log.debug("looking at unread records", [("error", .string("\(error)"))])
                }
            case .partitionEnd(let partition, _):
                ended(partition)
            case .error(let error):
                // Tried again by librdkafka itself; a position out of range is told by the consumer that stopped there.
                telemetry.log.debug("looking at unread records", [("error", .string(error.description))])
            case nil:
                return
            }
        }
    }

    private func sourceTime(of message: Message) -> Int64 {
        guard let value = message.value, let root = try? document.parse(value) else { return message.timestampMs }
        // A forwarded event keeps the time that it has inside.
        let outer = root["type"]?.stringEquals("forwarded") ?? false ? root["value"] ?? root : root
        return ChangeEvent.time(outer) ?? message.timestampMs
    }

    func close() {
        consumer?.close()
        consumer = nil
    }
}
