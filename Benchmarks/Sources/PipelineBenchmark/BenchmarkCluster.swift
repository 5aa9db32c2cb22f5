// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import ItemEvents
import Kafka
import KafkaTestSupport
import TopicCatalog

/// A real Kafka with coupled items, and events that change their prices.
final class BenchmarkCluster {
    static let company = "CRONUS International Ltd."
    static let input = "bc.changes.items"

    let broker: RealBroker
    let admin: Admin
    let partitions: Int32
    let executables: String
    let directory: String
    private let itemCount: Int
    private var event = ItemEvent()
    private var prices: [Int]
    private var random: UInt64 = 42
    private var sequence = 1

    /// Starts the broker and makes the topics; those of several partitions get as many as are chosen, or as the catalog
    /// says.
    init(home: String, executables: String, items: Int, partitions chosen: Int32? = nil) throws {
        self.executables = executables
        itemCount = items
        prices = [Int](repeating: 0, count: items)
        directory = NSTemporaryDirectory() + "pipeline-benchmark-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        broker = try RealBroker(home: home)
        admin = try Admin(configuration: broker.configuration(), observer: nil)
        let catalog = try TopicCatalog.bundled()
        let partitions = chosen ?? catalog[BenchmarkCluster.input]?.partitions ?? 6
        self.partitions = partitions
        var topics = catalog.topics.map {
            let count = $0.partitions == 1 ? 1 : chosen ?? $0.partitions
            return Admin.NewTopic($0.name, partitions: count, configuration: $0.configuration)
        }
        for name in Contender.copiedTopics {
            topics.append(
                Admin.NewTopic(
                    name.copy,
                    partitions: partitions,
                    configuration: catalog[name.own]?.configuration ?? [:]
                )
            )
        }
        for (name, error) in try admin.createTopics(topics, timeoutMs: 60_000) {
            if let error { throw BenchmarkFailure("topic \(name): \(error)") }
        }
    }

    func stop() {
        admin.close()
        broker.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Sends each item and its unit once, as new.
    func sendNewItems() throws {
        let producer = try Producer(configuration: broker.configuration(), observer: nil)
        defer { producer.close() }
        for item in 0..<itemCount {
            sequence += 1
            event.set(item: item, price: 0, sequence: sequence)
            try producer.produce(topic: BenchmarkCluster.input, partition: nil, key: event.key, value: event.value)
            let unit = ItemEvent.unit(of: item)
            try producer.produce(topic: "bc.changes.item-units", partition: nil, key: unit.key, value: unit.value)
        }
        try producer.flush(timeoutMs: 60_000)
    }

    /// Sends price changes of random items; with a rate, that many a second.
    func sendPriceChanges(_ count: Int, rate: Int? = nil) throws {
        let producer = try Producer(
            configuration: broker.configuration(rate == nil ? [:] : ["linger.ms": "0"]),
            observer: nil
        )
        defer { producer.close() }
        let start = ContinuousClock.now
        for number in 0..<count {
            if let rate {
                let due = start + .nanoseconds(1_000_000_000 / rate * number)
                let early = due - ContinuousClock.now
                if early > .zero { Thread.sleep(forTimeInterval: early / .seconds(1)) }
                producer.poll(timeoutMs: 0)
            }
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let item = Int(random >> 33) % itemCount
            sequence += 1
            prices[item] += 1
            event.set(item: item, price: prices[item], sequence: sequence)
            try producer.produce(topic: BenchmarkCluster.input, partition: nil, key: event.key, value: event.value)
        }
        try producer.flush(timeoutMs: 60_000)
    }

    /// The partitions of a topic.
    func partitions(of topic: String) -> [TopicPartition] { (0..<partitions).map { TopicPartition(topic, $0) } }

    /// Where a topic's committed records end.
    func ends(of topic: String) throws -> [TopicPartition: Int64] {
        try admin.endOffsets(partitions(of: topic), isolation: .readCommitted)
    }

    /// Bytes of the segments of all topics that begin so, as the broker keeps them.
    func segmentBytes(of prefix: String) -> Int {
        let root = URL(filePath: broker.path)
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.fileSizeKey])
        var bytes = 0
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "log", file.deletingLastPathComponent().lastPathComponent.hasPrefix(prefix)
            else { continue }
            bytes += (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
        }
        return bytes
    }

    /// How many events of the input a group has committed.
    func committed(by group: String) throws -> Int64 {
        let offsets = try admin.groupOffsets(group, partitions(of: BenchmarkCluster.input))
        return offsets.values.reduce(0) { $0 + ($1 ?? 0) }
    }
}
