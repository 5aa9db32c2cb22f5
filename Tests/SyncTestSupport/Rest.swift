// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import LocalStack
public import SyncModel

/// Waits until a fleet has nothing more to do.
public final class Rest {
    /// The newest couplings.
    public var couplings: [String: Coupling] { monitor.couplings }
    private let fleet: Fleet
    private let monitor: StackMonitor
    private let groups: [(group: String, topics: [String])]

    /// Begins to watch; `topics` are the change topics of each worker.
    public init(_ fleet: Fleet, topics: [String: [String]]) throws {
        self.fleet = fleet
        monitor = try StackMonitor(
            kafka: fleet.broker.configuration(),
            partitions: fleet.partitions(of: ["sync.couplings."]),
            topicPrefix: fleet.prefix
        )
        groups = Fleet.workers.map { worker in
            (worker, (topics[worker] ?? []).map { "bc.changes.\($0)" } + ["sync.inbox.\(worker)"])
        }
    }

    /// The lag of each group, in records.
    public func lag() throws -> [String: Int64] {
        let admin = try Admin(configuration: fleet.broker.configuration(), observer: nil)
        defer { admin.close() }
        var lag: [String: Int64] = [:]
        for (group, topics) in groups {
            let partitions = fleet.partitions(of: topics).filter {
                topics.contains(String($0.topic.dropFirst(fleet.prefix.count)))
            }
            lag[group] = try self.lag(of: fleet.prefix + group, partitions, admin)
        }
        lag["delivery"] = try self.lag(of: "\(fleet.prefix)delivery", fleet.partitions(of: ["crm.outbound."]), admin)
        return lag
    }

    private func lag(of group: String, _ partitions: [TopicPartition], _ admin: Admin) throws -> Int64 {
        let ends = try admin.endOffsets(partitions, isolation: .readUncommitted)
        let committed = try admin.groupOffsets(group, partitions)
        return ends.reduce(0) { $0 + $1.value - (committed[$1.key].flatMap { $0 } ?? 0) }
    }

    /// Waits until nothing lags, nothing is in flight and nothing waits that could go on, three times in a row.
    ///
    /// `onRound` is called again and again meanwhile.
    public func wait(within limit: Duration, onRound: () throws -> Void = {}) throws {
        var quiet = 0
        var lag: [String: Int64] = [:]
        let deadline = SuspendingClock.now + limit
        while quiet < 3 {
            let taken = try monitor.take(timeoutMs: 100)
            try onRound()
            if let failure = fleet.failure { throw FleetFailure(failure) }
            let isOver = SuspendingClock.now > deadline
            guard taken == 0 || isOver else {
                quiet = 0
                continue
            }
            // The broker may be away for a moment.
            guard let found = try? self.lag() else {
                quiet = 0
                continue
            }
            lag = found
            let inFlight = monitor.couplings.values.filter { $0.inFlight != nil || $0.state == .pending }
            let isQuiet = lag.values.allSatisfy { $0 == 0 } && inFlight.isEmpty && canGoOn().isEmpty
            quiet = isQuiet ? quiet + 1 : 0
            if isOver, quiet == 0 {
                let names = canGoOn().prefix(5).map(\.pairKey.description)
                throw FleetFailure(
                    "not at rest after \(limit): lag \(lag.filter { $0.value != 0 }), \(inFlight.count) in flight "
                        + "(\(inFlight.prefix(3).map(\.pairKey.description))), can go on: \(names)"
                )
            }
        }
    }

    /// The waiting pairs all of whose references exist.
    public func canGoOn() -> [Coupling] { Self.canGoOn(monitor.couplings) }

    /// Those of the couplings that wait though all of their references exist.
    public static func canGoOn(_ couplings: [String: Coupling]) -> [Coupling] {
        let waiting = couplings.values.filter {
            $0.waiting != nil && $0.state != .failed && $0.state != .skipped && $0.inFlight == nil
        }
        guard !waiting.isEmpty else { return [] }
        var existing: Set<String> = []
        for coupling in couplings.values where coupling.exists {
            existing.insert("\(coupling.mapping)/\(coupling.company)/\(coupling.id)")
            if let key = coupling.bc.key { existing.insert("\(coupling.mapping)/\(coupling.company)/\(key)") }
        }
        return waiting.filter { coupling in
            guard let references = coupling.waiting?.waitsFor else { return true }
            // Everything that refers to a deleted record is deleted too in the end.
            return references.allSatisfy {
                $0.reason == .referenced || existing.contains("\($0.mapping)/\(coupling.company)/\($0.key)")
            }
        }
    }

    /// Frees the reader.
    public func close() { monitor.close() }
}
