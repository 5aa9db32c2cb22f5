// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import JSON
import Kafka
import KafkaTelemetry
import SyncModel
public import Telemetry

/// Follows the couplings topics of all workers, on a thread of its own, and puts what waits and failed into the view.
///
/// Apart from the coordinator, so that reading a million couplings at the start holds no gate up; reads only, outside of
/// any group, and whatever happens to it, it begins again.
public final class CouplingsFollower {
    /// Reports are at least so far apart, in milliseconds; more where making one takes long.
    static let intervalMs: Int64 = 2_000
    /// Topics that appear later are looked for so often.
    private static let topicsIntervalMs: Int64 = 30_000
    private static let batch = 2_000

    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
    private let admin: Admin
    private var consumer: Consumer
    private var couplings = UnsettledCouplings()
    private var assigned: Set<TopicPartition> = []
    private var unread: Set<TopicPartition> = []
    private var topicsAskedMs: Int64?
    private var nextReportMs: Int64 = 0
    /// What was told of unconfirmed records last.
    private var told: [String: Int64] = [:]

    /// Makes a follower of the coordinator that writes the view.
    ///
    /// `clock` tells the time in milliseconds since 1970.
    /// - Throws: `KafkaError` for properties that librdkafka refuses.
    public init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) throws {
        var configuration = configuration
        // Couplings of a transaction that is aborted never were; and a page of them is enough to hold in memory.
        configuration.kafka.properties["isolation.level"] = "read_committed"
        configuration.kafka.properties["queued.max.messages.kbytes"] = "8192"
        self.configuration = configuration
        self.view = view
        self.log = log
        self.clock = clock
        let observer = ClientTelemetry(log, client: "couplings")
        admin = try Admin(configuration: configuration.kafka, observer: observer)
        consumer = try Consumer(configuration: configuration.kafka, group: nil, observer: observer)
    }

    /// Follows until told to stop; `isStopping` is asked several times a second.
    public func run(isStopping: () -> Bool) {
        while !isStopping() {
            do {
                try askForTopicsIfDue()
                try take()
                tellUnconfirmed()
                reportIfDue()
            } catch {
                log.warning("couplings cannot be followed", [("error", .string("\(error)"))])
                begin(again: true)
            }
        }
        consumer.close()
        admin.close()
    }

    private func begin(again: Bool) {
        couplings = UnsettledCouplings()
        assigned = []
        unread = []
        topicsAskedMs = again ? clock() - Self.topicsIntervalMs + 5_000 : nil
        guard consumer.isFatal else { return }
        consumer.close()
        do {
            let observer = ClientTelemetry(log, client: "couplings")
            consumer = try Consumer(configuration: configuration.kafka, group: nil, observer: observer)
        } catch {
            log.error("couplings cannot be followed", [("error", .string("\(error)"))])
        }
    }

    private func askForTopicsIfDue() throws {
        let now = clock()
        if let last = topicsAskedMs, now >= last, now - last < Self.topicsIntervalMs { return }
        topicsAskedMs = now
        let counts: [String: Int32]
        do {
            counts = try admin.topics(timeoutMs: 3_000)
        } catch let error as KafkaError where error.disposition == .retriable {
            // The coordinator says so already.
            topicsAskedMs = now - Self.topicsIntervalMs + 3_000
            return
        }
        let workers = Set(configuration.mappings.compactMap(\.worker)).sorted()
        let found = Set(
            workers.flatMap { worker in
                let topic = configuration.couplingsTopic(of: worker)
                return (0..<counts[topic, default: 0]).map { TopicPartition(topic, $0) }
            }
        )
        guard found != assigned else { return }
        couplings = UnsettledCouplings()
        assigned = found
        unread = found
        try consumer.assign(Dictionary(uniqueKeysWithValues: found.map { ($0, Consumer.beginning) }))
    }

    private func take() throws {
        for index in 0..<Self.batch {
            switch consumer.poll(timeoutMs: index == 0 ? 100 : 0) {
            case .message(let message):
                take(message)
            case .partitionEnd(let partition, _):
                unread.remove(partition)
            case .error(let error):
                switch error.disposition {
                case .retriable, .abortable: continue
                case .permanent, .fenced, .fatal: throw error
                }
            case nil:
                return
            }
        }
    }

    private func take(_ message: Message) {
        guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
        guard let value = message.value else {
            return couplings.take(pairKey: key, nil, partition: message.partition)
        }
        // One that cannot be read was written by nobody of this project; the worker that owns it says so.
        guard let json = try? document.parse(value), let coupling = try? Coupling(json) else { return }
        couplings.take(pairKey: key, coupling, partition: message.partition)
    }

    /// For the gates, which cannot wait for a report.
    private func tellUnconfirmed() {
        let counts = couplings.unconfirmedByMapping
        var sums: [String: Int64] = [:]
        for mapping in configuration.mappings {
            guard let worker = mapping.worker, let count = counts[mapping.name], count > 0 else { continue }
            sums[worker, default: 0] += Int64(count)
        }
        guard sums != told else { return }
        told = sums
        view.update { [sums] in $0.unconfirmed = sums }
    }

    private func reportIfDue() {
        let start = clock()
        guard start >= nextReportMs || start < nextReportMs - 600_000 else { return }
        let obstacles = view.snapshot.obstacles(configuration)
        let finder = StuckFinder(stuckAfterMs: configuration.stuckAfterMs, obstacle: obstacles.obstacle)
        var report = finder.report(on: couplings, nowMs: start)
        report.isComplete = !assigned.isEmpty && unread.isEmpty
        view.update { [report] in $0.stuck = report }
        if couplings.hasRoomAgain { begin(again: false) }
        nextReportMs = start + max(Self.intervalMs, (clock() - start) * 20)
    }
}
