// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SeededRandom
import SimulatedKafka
import SyncEngine
import SyncTestSupport
import Telemetry
import TopicCatalog
import WorkerRuntime

/// All six workers take a stream of events most of which are spoiled, and account for every one of them.
///
/// Nothing else goes wrong: the simulated Kafka answers every call. One seed decides the stream and its batches.
public final class HostileRun {
    /// What became of the stream.
    public private(set) var account = HostileAccount()
    private let installed: Installed
    private let cluster: SimulatedCluster
    private let course = CalmCourse()
    private let delivery: SimulatedDelivery
    private let directory: String
    private var instances: [SimulatedInstance] = []
    private var mutator: EventMutator
    private let sources: [SourceEvent]
    /// How many partitions the topics have; with one nothing is forwarded.
    public let partitions: Int32
    private var sent = 0

    private static let silentOutput = open("/dev/null", O_WRONLY)
    /// The header that tells inputs apart.
    static let header = "input"

    /// Makes the workers and the demo company's events that are spoiled.
    public init(seed: UInt64) throws {
        installed = try Installed.shared.get()
        mutator = EventMutator(seed: seed)
        var numbers = SeededGenerator(spreading: seed &+ 1)
        let company = installed.company.part(invoices: 6, prices: 12, using: &numbers)
        var options = SourceHistory.Options(seed: seed)
        options.objectKeys = 10
        sources = SourceHistory(company, options).events
        cluster = SimulatedCluster(now: 1_775_000_000_000, course: course)
        partitions = Int32(1 + numbers.below(3))
        for topic in installed.topics.topics {
            cluster.makeTopic(topic.name, partitions: topic.partitions == 1 ? 1 : partitions)
        }
        delivery = SimulatedDelivery(cluster, isConfirmed: true)
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        directory = "\(root)/sync-hostile-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
        let batchMax = [1, 7, 100, 4_000][numbers.below(4)]
        let log = Log(format: .logfmt, level: .error, output: Self.silentOutput)
        for worker in Installed.workers {
            guard let configuration = installed.configurations[worker] else { continue }
            let instance = try SimulatedInstance(worker, "i1", in: directory)
            instance.start(configuration, on: cluster, log: log, batchMax: batchMax)
            instances.append(instance)
        }
    }

    deinit {
        for instance in instances { instance.kill() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Sends so many events, one alone or many at once, and checks after each stretch what became of them.
    public func play(_ count: Int) throws {
        try settle()
        while sent < count, account.faults.isEmpty {
            let stretch = min(count - sent, [1, 1, 1, 1, 5, 20, 300][mutator.random.below(7)])
            try take((0..<stretch).map { _ in makeEvent() })
        }
        try settleAll()
        try account.read(cluster)
        try account.close(instances)
    }

    private func makeEvent() -> HostileEvent {
        let source = sources[mutator.random.below(sources.count)]
        var event = HostileEvent(number: sent, entity: source.entity, key: source.key, value: source.value)
        sent += 1
        // Most are newer than all before, else nearly every one would be stale.
        if mutator.random.chance(70) { mutator.renew(&event) }
        if mutator.random.chance(85) { mutator.mutate(&event) }
        return event
    }

    private func take(_ events: [HostileEvent]) throws {
        let before = instances.map { WorkerCounts($0.metrics) }
        var placed: [PlacedEvent] = []
        for event in events {
            let topic = "bc.changes.\(event.entity)"
            let count = cluster.topics[topic] ?? 1
            let place = cluster.append(
                topic,
                partition: event.partition.map { $0 % count },
                key: event.key,
                value: event.value,
                headers: [Header(Self.header, String(event.number))]
            )
            // It is the last one there.
            let offset = cluster.end(of: place, isStable: false) - 1
            placed.append(PlacedEvent(event: event, place: place, offset: offset, timestamp: cluster.now))
        }
        try settle()
        try account.read(cluster)
        for (instance, before) in zip(instances, before) {
            let topics = installed.configurations[instance.workerName]?.changeTopics ?? []
            let mappings = installed.configurations[instance.workerName]?.mappings.map(\.mapping) ?? []
            account.take(
                placed.filter { topics.contains($0.place.topic) },
                by: instance.workerName,
                mappings,
                counts: WorkerCounts(instance.metrics) - before
            )
        }
        // What it leads to is delivered behind some stretches and not behind others.
        guard mutator.random.chance(40) else { return }
        try deliver(limit: 1 + mutator.random.below(400))
        try settle()
    }

    private func deliver(limit: Int) throws {
        for _ in 0..<limit where !delivery.isDone {
            try delivery.deliver(limit: 50) { _ in 0 }
            delivery.report(limit: 50, isLastDoubled: mutator.random.isOneIn(20))
        }
    }

    /// Events that workers have read, by the offsets that they have committed.
    public var committed: Int {
        var events: Int64 = 0
        for (worker, configuration) in installed.configurations {
            for (place, offset) in cluster.committed(worker) where configuration.changeTopics.contains(place.topic) {
                events += offset
            }
        }
        return Int(events)
    }

    /// Lets every worker go on until it has nothing left to read.
    private func settle() throws {
        var rounds = 0
        var quiet = 0
        // What one writes the others read: three quiet rounds in a row.
        while quiet < 3 {
            for instance in instances { instance.step() }
            cluster.advance(20)
            if let failure = instances.lazy.compactMap(\.failure).first { throw HostileFailure(reason: failure) }
            let isAtRest = instances.allSatisfy { $0.worker?.isAtRest == true } && lag.isEmpty
            quiet = isAtRest ? quiet + 1 : 0
            rounds += 1
            guard rounds < 20_000 else { throw HostileFailure(reason: "not at rest: \(lag.prefix(5))") }
        }
    }

    /// Delivers everything, also what is tried again later.
    private func settleAll() throws {
        try settle()
        for _ in 0..<6 {
            while !delivery.isDone {
                try deliver(limit: 1_000)
                try settle()
            }
            // A refused delete is tried again after 10 minutes at the latest.
            cluster.advance(11 * 60_000)
            try settle()
        }
    }

    /// What the workers have not read yet.
    private var lag: [String] {
        var lag: [String] = []
        for (worker, configuration) in installed.configurations.sorted(by: { $0.key < $1.key }) {
            let committed = cluster.committed(worker)
            for topic in configuration.changeTopics + [configuration.inboxTopic] {
                for partition in 0..<(cluster.topics[topic] ?? 0) {
                    let place = TopicPartition(topic, partition)
                    let behind = cluster.end(of: place, isStable: false) - (committed[place] ?? 0)
                    if behind != 0 { lag.append("\(worker) \(place): \(behind)") }
                }
            }
        }
        return lag
    }
}

/// Why the workers do not go on.
struct HostileFailure: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

/// An event where it lies.
struct PlacedEvent {
    let event: HostileEvent
    let place: TopicPartition
    let offset: Int64
    let timestamp: Int64
}
