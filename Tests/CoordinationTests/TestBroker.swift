// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel

@testable import Coordination

/// The embedded broker with the topics of two workers, of which one needs the other.
final class TestBroker {
    static let prefix = "test."
    let broker: EmbeddedBroker
    let configuration: CoordinatorConfiguration
    private let producer: Producer

    init() throws {
        broker = try EmbeddedBroker()
        // Members learn of a rebalance by their heartbeats.
        let kafka = KafkaConfiguration([
            "bootstrap.servers": broker.bootstrapServers, "heartbeat.interval.ms": "100", "session.timeout.ms": "3000",
        ])
        var configuration = CoordinatorConfiguration(
            mappings: [
                .made("UNIT", worker: "unit-worker", entities: ["units"]),
                .made("PRODUCT", worker: "product-worker", entities: ["items"], refersTo: ["UNIT"]),
            ],
            kafka: kafka,
            topicPrefix: Self.prefix
        )
        configuration.gateHigh = 10
        configuration.gateLow = 2
        configuration.pollIntervalMs = 50
        self.configuration = configuration
        for worker in ["unit-worker", "product-worker"] {
            for topic in configuration.topics(of: worker) + [configuration.couplingsTopic(of: worker)] {
                try broker.createTopic(topic, partitions: 2)
            }
        }
        try broker.createTopic(configuration.controlTopic, partitions: 1)
        try broker.createTopic(configuration.statusTopic, partitions: 1)
        producer = try Producer(configuration: kafka, observer: nil)
    }

    func close() {
        producer.close()
        broker.close()
    }

    func put(_ key: String, _ value: String?, in topic: String, partition: Int32 = 0) throws {
        let value = value.map { Array($0.utf8) }
        try producer.produce(topic: topic, partition: partition, key: Array(key.utf8), value: value)
        try producer.flush(timeoutMs: 30_000)
    }

    /// Puts that many events for the unit worker, in both partitions.
    func putUnits(_ count: Int) throws {
        for number in 0..<count {
            try put("k", "{}", in: "\(Self.prefix)bc.changes.units", partition: Int32(number % 2))
        }
    }

    /// Commits for the unit worker's group, as if it had come so far in both partitions.
    func commitUnits(_ offset: Int64) throws {
        let consumer = try Consumer(
            configuration: configuration.kafka,
            group: configuration.group(of: "unit-worker"),
            observer: nil
        )
        defer { consumer.close() }
        let topic = "\(Self.prefix)bc.changes.units"
        try consumer.commit([TopicPartition(topic, 0): offset, TopicPartition(topic, 1): offset])
    }

    /// An event of the product worker that could not be read.
    func putDeadLetter(_ key: String, _ value: String, from topic: String, partition: Int32) throws {
        try producer.produce(
            topic: "\(Self.prefix)sync.dead-letters",
            partition: 0,
            key: Array(key.utf8),
            value: Array(value.utf8),
            headers: [
                Header("sync-worker", "product-worker"), Header("sync-topic", topic),
                Header("sync-partition", String(partition)), Header("sync-offset", "0"),
                Header("sync-error", "no JSON"),
            ]
        )
        try producer.flush(timeoutMs: 30_000)
    }

    /// A record as tests look at it.
    struct Record {
        let partition: Int32
        let key: String
        let value: String
    }

    /// Every record of `sync.control` so far.
    func controlRecords() throws -> [Record] { try records(configuration.controlTopic) }

    /// Every record of a topic so far, by partition and offset.
    func records(_ topic: String) throws -> [Record] {
        let admin = try Admin(configuration: configuration.kafka, observer: nil)
        defer { admin.close() }
        let count = try admin.topics(timeoutMs: 30_000)[topic] ?? 0
        let reader = try Consumer(configuration: configuration.kafka, group: nil, observer: nil)
        defer { reader.close() }
        var unread = Set((0..<count).map { TopicPartition(topic, $0) })
        try reader.assign(Dictionary(uniqueKeysWithValues: unread.map { ($0, Consumer.beginning) }))
        var records: [Record] = []
        while !unread.isEmpty {
            switch reader.poll(timeoutMs: 30_000) {
            case .message(let message):
                records.append(
                    Record(partition: message.partition, key: Self.text(message.key), value: Self.text(message.value))
                )
            case .partitionEnd(let partition, _):
                unread.remove(partition)
            case .error(let error):
                if error.disposition != .retriable { throw error }
            case nil:
                throw WaitedInVain(what: "the end of \(topic)", reasons: [:])
            }
        }
        return records
    }

    private static func text(_ bytes: UnsafeRawBufferPointer?) -> String {
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
