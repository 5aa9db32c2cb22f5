// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import LocalStack
import SyncEngine
import SyncModel
import TableMappings
import Telemetry
import TopicCatalog
import WorkerRuntime

/// An embedded broker with all topics, on which a test starts and stops workers, sends events, and sees what comes out.
final class WorkerStack {
    /// A record as it lies in a topic.
    struct Record {
        var topicPartition: TopicPartition
        var offset: Int64
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [Header]
    }

    static let company = "CRONUS International Ltd."

    let broker: EmbeddedBroker
    let kafka: KafkaConfiguration
    let monitor: StackMonitor
    let admin: Admin
    var engine = EngineSettings(worker: "", conditions: [.unitGroups, .priceLists])
    /// Dead letters in the order in which they were seen.
    private(set) var deadLetters: [Record] = []
    private(set) var workers: [String: WorkerThread] = [:]
    private var delivery: DeliveryThread?
    private let partitions: [TopicPartition]
    private let mappings: MappingCatalog
    private let producer: Producer
    private let directory: TemporaryDirectory
    private let capture: FileHandle?
    private let log: Log

    /// Starts the broker with its topics; one without a partition count is left out.
    init(
        log: Log = Log(format: .logfmt, level: .error),
        partitionCount: (TopicDefinition) -> Int32? = { $0.partitions }
    ) throws {
        self.log = log
        broker = try EmbeddedBroker()
        let topics = try TopicCatalog.bundled().topics
        var partitions: [TopicPartition] = []
        for topic in topics {
            guard let count = partitionCount(topic) else { continue }
            try broker.createTopic(topic.name, partitions: count)
            partitions += (0..<count).map { TopicPartition(topic.name, $0) }
        }
        self.partitions = partitions
        kafka = KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers])
        directory = try TemporaryDirectory()
        mappings = try MappingCatalog.load(overrides: nil)
        admin = try Admin(configuration: kafka, observer: nil)
        producer = try Producer(configuration: kafka, observer: nil)
        capture = try Self.makeCapture()
        monitor = try StackMonitor(
            kafka: kafka,
            partitions: partitions.filter { !$0.topic.hasPrefix("bc.changes.") },
            capture: capture
        )
        engine.localCurrency = "GBP"
        engine.company = Self.company
        monitor.onRecord = { [unowned self] message in
            guard message.topic == "sync.dead-letters" else { return }
            deadLetters.append(
                Record(
                    topicPartition: message.topicPartition,
                    offset: message.offset,
                    key: message.key.map { Array($0) },
                    value: message.value.map { Array($0) },
                    headers: message.headers()
                )
            )
        }
    }

    /// What tests see goes to a folder, so that it can be validated against the schemas.
    private static func makeCapture() throws -> FileHandle? {
        guard let folder = ProcessInfo.processInfo.environment["CAPTURED_MESSAGES"] else { return nil }
        let path = "\(folder)/workers-\(UUID().uuidString).jsonl"
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw Unmet(description: "cannot write \(path)")
        }
        return FileHandle(forWritingAtPath: path)
    }

    /// How many partitions a topic has.
    func partitions(of topic: String) -> Int { partitions.count { $0.topic == topic } }

    /// Where a worker of this stack keeps its state.
    func stateDirectory(_ worker: String) -> String { "\(directory.path)/\(worker)" }

    func configuration(_ worker: String) -> WorkerConfiguration {
        var options = WorkerOptions(
            catalog: mappings,
            engine: engine,
            kafka: kafka,
            stateDirectory: stateDirectory(worker)
        )
        options.commitsPlainly = true
        return WorkerConfiguration(worker: worker, options)
    }

    func start(_ names: String...) {
        for name in names { workers[name] = WorkerThread(configuration(name), log: log) }
    }

    func stop(_ name: String) throws {
        guard let worker = workers.removeValue(forKey: name) else { return }
        worker.stop()
        if let failure = worker.failure { throw Unmet(description: "\(name) ended: \(failure)") }
    }

    func deliver(
        _ entitySets: [String] = ["uomschedules", "uoms", "products"],
        to target: @escaping DeliveryThread.Target
    ) {
        let topics = entitySets.map { "crm.outbound.\($0)" }
        delivery = DeliveryThread(
            kafka: kafka,
            topics: topics,
            group: "test-delivery",
            topicPrefix: "",
            log: log,
            target: target
        )
    }

    func close() {
        for worker in workers.values { worker.stop() }
        delivery?.stop()
        producer.close()
        monitor.close()
        try? capture?.close()
        broker.close()
    }

    func send(
        _ value: [UInt8]?,
        key: [UInt8]?,
        to topic: String,
        partition: Int32? = nil,
        headers: [Header] = []
    ) throws {
        try producer.produce(topic: topic, partition: partition, key: key, value: value, headers: headers)
    }

    /// Sends a text, a record key and all, and sees to it that all of it has arrived.
    func send(_ events: [ChangeText]) throws {
        for event in events {
            try send(
                Array(event.value.utf8),
                key: event.key.map { Array($0.utf8) },
                to: event.topic,
                partition: event.partition
            )
        }
        try flush()
    }

    func flush() throws {
        try producer.flush(timeoutMs: 20_000)
    }

    /// Reads what comes out until something holds; says what was waited for when it takes too long or a worker ends.
    func wait(for what: String, seconds: Int64 = 180, until isMet: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try !isMet() {
            for (name, worker) in workers {
                if let failure = worker.failure {
                    throw Unmet(description: "\(name) ended while waiting for \(what): \(failure)")
                }
            }
            guard ContinuousClock.now < deadline else { throw Unmet(description: "not within \(seconds) s: \(what)") }
            try monitor.take(timeoutMs: 50)
        }
    }

    /// The newest coupling of a mapping's record.
    func coupling(_ mapping: String, _ id: String) -> Coupling? {
        monitor.couplings["\(mapping)/\(Self.company)/\(id)"]
    }

    /// The operations of a pair's changes in their order.
    func operations(_ mapping: String, _ id: String) -> [String] {
        monitor.changes.filter { $0.pairKey == "\(mapping)/\(Self.company)/\(id)" }.map(\.operation)
    }

    /// Whether so many changes or more were seen of each item's product.
    func haveChanges(_ items: [ItemRecord], _ count: Int) -> Bool {
        items.allSatisfy { operations("ITEM-PRODUCT", $0.id).count >= count }
    }

    func products(_ ids: [String], areAt isMet: (Coupling) -> Bool) -> Bool {
        ids.allSatisfy { id in coupling("ITEM-PRODUCT", id).map(isMet) ?? false }
    }

    /// A series as `/metrics` shows it, by name and labels.
    func metric(_ worker: String, _ series: String) -> Double? {
        guard let worker = workers[worker] else { return nil }
        let text = String(decoding: worker.metrics.render(), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix("\(series) ") }.flatMap {
            $0.split(separator: " ").last
        }.flatMap { Double($0) }
    }
}
