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

    /// Every record of `sync.control` so far: key and value.
    func controlRecords() throws -> [(key: String, value: String)] {
        let reader = try Consumer(configuration: configuration.kafka, group: nil, observer: nil)
        defer { reader.close() }
        try reader.assign([TopicPartition(configuration.controlTopic, 0): Consumer.beginning])
        var records: [(key: String, value: String)] = []
        while true {
            switch reader.poll(timeoutMs: 30_000) {
            case .message(let message):
                records.append((Self.text(message.key), Self.text(message.value)))
            case .partitionEnd:
                return records
            case .error(let error):
                if error.disposition != .retriable { throw error }
            case nil:
                throw WaitedInVain(what: "the end of sync.control", reasons: [:])
            }
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer?) -> String {
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
