// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
public import Kafka
public import KafkaTestSupport
import LocalStack
import Telemetry
public import TopicCatalog

/// The six workers as processes on a real Kafka, with a strict stand-in for the other side.
public final class Fleet {
    /// The executables.
    public static let workers = [
        "reference-worker", "unit-worker", "product-worker", "account-worker", "price-worker", "invoice-worker",
    ]

    /// Stands before all topics and groups of this fleet.
    public let prefix: String
    /// The topics, with prefix.
    public let topics: TopicCatalog
    /// The processes that were started.
    public private(set) var processes: [WorkerProcess] = []
    /// The other side.
    public let target: RepeatedTarget
    /// Where state and logs lie.
    public let directory: String
    /// The broker.
    public let broker: RealBroker
    private let executables: String
    private let settings: [String: String]
    private var delivery: DeliveryThread?
    /// The coordinator; nil where none was started.
    public private(set) var coordinator: WorkerProcess?

    /// Makes the topics, and starts the delivery to the other side.
    ///
    /// A strict other side refuses what refers to a missing row; one that is not holds it back.
    public init(
        _ broker: RealBroker,
        prefix: String,
        executables: String,
        settings: [String: String] = [:],
        isStrict: Bool = true
    ) throws {
        self.broker = broker
        self.prefix = prefix
        self.executables = executables
        self.settings = settings
        directory = NSTemporaryDirectory() + "fleet-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        topics = try TopicCatalog.bundled().prefixed(prefix)
        target = RepeatedTarget(baseCurrency: "GBP", isStrict: isStrict)
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        let made = topics.topics.map {
            Admin.NewTopic($0.name, partitions: $0.partitions, configuration: $0.configuration)
        }
        for (name, error) in try admin.createTopics(made, timeoutMs: 60_000) {
            if let error { throw FleetFailure("topic \(name) cannot be created: \(error)") }
        }
        try waitUntil(within: .seconds(60), "the topics of \(prefix)") {
            let found = try admin.topics(timeoutMs: 10_000)
            return made.allSatisfy { found[$0.name] != nil } ? () : nil
        }
        let target = target
        delivery = DeliveryThread(
            kafka: broker.configuration(),
            topics: topics.topics.map(\.name).filter { $0.hasPrefix("\(prefix)crm.outbound.") },
            group: "\(prefix)delivery",
            topicPrefix: prefix,
            log: Log(format: .logfmt, level: .error),
            survivesErrors: true,
            target: { bytes in (try? JSONDocument().parse(bytes)).flatMap { target.apply($0) } }
        )
    }

    /// Starts one more instance of a worker.
    @discardableResult
    public func start(
        _ worker: String,
        instance: String = "a",
        stateName: String? = nil,
        cell: WorkerCell? = nil
    ) throws -> WorkerProcess {
        let servers = cell == nil ? broker.bootstrapServers : broker.remoteServers
        let process = try WorkerProcess(
            worker,
            instance: instance,
            executables: executables,
            directory: directory,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": servers ?? "", "SYNC_TOPIC_PREFIX": prefix,
                "SYNC_LOCAL_CURRENCY": "GBP", "SYNC_COMPANY": SourceHistory.company, "SYNC_DELIVERY": "confirmed",
                "SYNC_DELETION_POLICY": "delete-other",
            ].merging(settings) { _, given in given },
            stateName: stateName,
            cell: cell
        )
        try process.start()
        processes.append(process)
        return process
    }

    /// Starts a second process with the name of the one that runs, and forgets that one.
    public func startDouble(of worker: String) throws -> (old: WorkerProcess, new: WorkerProcess) {
        guard let index = processes.firstIndex(where: { $0.worker == worker }) else {
            throw FleetFailure("no \(worker) runs")
        }
        let old = processes.remove(at: index)
        return (old, try start(worker, instance: old.instance, stateName: "double"))
    }

    /// Goes on with the second of two processes.
    public func replace(_ ended: WorkerProcess, by other: WorkerProcess) {
        processes = processes.map { $0 === ended ? other : $0 }
    }

    /// Starts the coordinator, with these marks.
    public func startCoordinator(gateHigh: Int, gateLow: Int) throws {
        let process = try WorkerProcess(
            "coordinator",
            instance: "a",
            executables: executables,
            directory: directory,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "SYNC_TOPIC_PREFIX": prefix,
                "SYNC_HTTP": "127.0.0.1:0", "SYNC_GATE_HIGH": String(gateHigh), "SYNC_GATE_LOW": String(gateLow),
            ]
        )
        try process.start()
        coordinator = process
    }

    /// Starts one instance of each worker.
    public func startAll(instance: String = "a") throws {
        for worker in Fleet.workers { try start(worker, instance: instance) }
    }

    /// A process that ended by itself, with the end of its log; nil while all run.
    public var failure: String? {
        for process in processes + [coordinator].compactMap({ $0 }) where !process.isRunning {
            return "\(process.worker) \(process.instance) ended:\n\(process.logEnd)"
        }
        return nil
    }

    /// Stops an instance and forgets it.
    ///
    /// - Returns: its exit code.
    @discardableResult
    public func remove(_ process: WorkerProcess) -> Int32 {
        processes.removeAll { $0 === process }
        return process.stop()
    }

    /// Sends events to their change topics and waits until the broker has them.
    ///
    /// Where the producer finds that the broker may lack one of them, all are sent again; workers know them by version.
    public func send(_ events: ArraySlice<SourceEvent>) throws {
        do {
            try sendOnce(events)
        } catch let error as KafkaError where error.isOfRepeat {
            print("\(prefix): \(events.count) events are sent again: \(error)")
            try sendOnce(events)
        }
    }

    private func sendOnce(_ events: ArraySlice<SourceEvent>) throws {
        let producer = try Producer(configuration: broker.configuration(), observer: nil)
        defer { producer.close() }
        for (index, event) in events.enumerated() {
            let topic = "\(prefix)bc.changes.\(event.entity)"
            // No key: one partition after the other, and not librdkafka's random choice, so that the seed decides.
            let partition = event.key == nil ? Int32(index) % (topics[topic]?.partitions ?? 1) : nil
            try producer.produce(topic: topic, partition: partition, key: event.key, value: event.value)
        }
        try producer.flush(timeoutMs: 60_000)
    }

    /// The partitions of topics whose names, without the fleet's prefix, begin so.
    public func partitions(of names: [String]) -> [TopicPartition] {
        topics.topics.filter { topic in names.contains { topic.name.hasPrefix(prefix + $0) } }.flatMap { topic in
            (0..<topic.partitions).map { TopicPartition(topic.name, $0) }
        }
    }

    /// Stops everything; what has to be kept to find a fault stays.
    ///
    /// - Parameter keepsFiles: state and logs stay where they are.
    /// - Returns: what is wrong with the ends that were not clean, each with the end of its log.
    @discardableResult
    public func stop(keepsFiles: Bool = false) -> [String] {
        let faults = ([coordinator].compactMap { $0 } + processes.reversed()).compactMap { process -> String? in
            let code = process.stop()
            return code == 0 ? nil : "\(process.worker) \(process.instance) ended with \(code):\n\(process.logEnd)"
        }
        processes = []
        coordinator = nil
        delivery?.stop()
        if !keepsFiles { try? FileManager.default.removeItem(atPath: directory) }
        return faults
    }
}

/// Why a fleet cannot go on.
public struct FleetFailure: Error, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// Makes a failure.
    public init(_ description: String) {
        self.description = description
    }
}
