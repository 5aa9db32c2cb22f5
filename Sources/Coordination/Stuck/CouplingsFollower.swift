// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import JSON
import Kafka
import KafkaTelemetry
import SyncModel
import Telemetry

/// Follows the couplings topics of all workers, on a thread of its own, and puts what waits and failed into the view.
///
/// Apart from the coordinator, so that reading a million couplings at the start holds no gate up; reads only, outside of
/// any group, and whatever happens to it, it begins again.
final class CouplingsFollower {
    /// Reports are at least so far apart, in milliseconds; more where making one takes long.
    static let intervalMs: Int64 = 2_000
    /// Records that are looked at are judged at most so often; less often where that takes long.
    private static let judgingMs: Int64 = 250
    /// Topics that appear later are looked for so often.
    private static let topicsIntervalMs: Int64 = 30_000
    private static let batch = 2_000

    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let watches: RecordWatches?
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

    /// How far the topics are read.
    private var positions: [TopicPartition: Int64] = [:]
    /// What the records that are looked at may have to be judged anew for.
    private var hasMoved = true
    private var obstaclesSeen: Obstacles?
    private var nextJudgingMs: Int64 = 0

    /// Makes a follower of the coordinator that writes the view.
    ///
    /// - Parameters:
    ///   - configuration: the coordinator's own.
    ///   - view: where reports are put.
    ///   - watches: the records that are looked at one by one.
    ///   - log: where troubles are told.
    ///   - clock: the time in milliseconds since 1970.
    /// - Throws: `KafkaError` for properties that librdkafka refuses.
    init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        watches: RecordWatches? = nil,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) throws {
        var configuration = configuration
        // Couplings of a transaction that is aborted never were; and a page of them is enough to hold in memory.
        configuration.kafka.properties["isolation.level"] = "read_committed"
        configuration.kafka.properties["queued.max.messages.kbytes"] = "8192"
        self.configuration = configuration
        self.view = view
        self.watches = watches
        self.log = log
        self.clock = clock
        let observer = ClientTelemetry(log, client: "couplings")
        admin = try Admin(configuration: configuration.kafka, observer: observer)
        consumer = try Consumer(configuration: configuration.kafka, group: nil, observer: observer)
    }

    /// Follows until told to stop; `isStopping` is asked several times a second.
    func run(isStopping: () -> Bool) {
        while !isStopping() {
            do {
                try askForTopicsIfDue()
                try take()
                tellUnconfirmed()
                reportIfDue()
                judgeWatched()
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
        positions = [:]
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
        positions = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: found.map { ($0, Consumer.beginning) }))
    }

    private func take() throws {
        for index in 0..<Self.batch {
            switch consumer.poll(timeoutMs: index == 0 ? 100 : 0) {
            case .message(let message):
                take(message)
            case .partitionEnd(let partition, let offset):
                unread.remove(partition)
                positions[partition] = max(offset, positions[partition] ?? 0)
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
        positions[message.topicPartition] = message.offset + 1
        guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
        guard let value = message.value else { return take(key, nil, message) }
        // One that cannot be read was written by nobody of this project; the worker that owns it says so.
        guard let json = try? document.parse(value), let coupling = try? Coupling(json) else { return }
        take(key, coupling, message)
    }

    private func take(_ key: String, _ coupling: Coupling?, _ message: Message) {
        couplings.take(pairKey: key, coupling, partition: message.partition)
        watches?.take(pairKey: key, coupling, partition: message.partition, offset: message.offset)
        hasMoved = true
    }

    /// Has the records that are looked at judged by what was read, and confirms how far that is.
    private func judgeWatched() {
        guard let watches, watches.isWatching, !assigned.isEmpty, unread.isEmpty else { return }
        let start = clock()
        guard start >= nextJudgingMs || start < nextJudgingMs - 600_000 else { return }
        let scope = configuration.searchScope(view.snapshot)
        let hasNews = watches.takeNews()
        if hasMoved || hasNews || scope.obstacles != obstaclesSeen {
            watches.judge(by: couplings, scope, SearchLimits())
            hasMoved = false
            obstaclesSeen = scope.obstacles
        }
        if let ends = watches.ends, ends.offsets.allSatisfy({ positions[$0.key] ?? 0 >= $0.value }) {
            watches.confirm(asOfMs: ends.atMs)
        }
        nextJudgingMs = start + max(Self.judgingMs, (clock() - start) * 10)
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
