// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Kafka
public import SyncModel

/// Judges whether a stack has come to rest: everything read, nothing in flight, and what waits waits for a known reason.
public struct Convergence {
    /// The consumer groups, each with the partitions it reads.
    private let groups: [(group: String, partitions: [TopicPartition])]
    private let admin: Admin
    private var lastRecords = -1
    private var quiet = 0

    /// Watches these groups.
    public init(kafka: KafkaConfiguration, groups: [(group: String, partitions: [TopicPartition])]) throws {
        self.groups = groups
        admin = try Admin(configuration: kafka, observer: nil)
    }

    /// Events not yet committed by their groups.
    public func lag() throws -> Int64 {
        var lag: Int64 = 0
        for (group, partitions) in groups {
            let ends = try admin.endOffsets(partitions, isolation: .readUncommitted)
            let committed = try admin.groupOffsets(group, partitions)
            for (partition, end) in ends { lag += end - (committed[partition].flatMap { $0 } ?? 0) }
        }
        return lag
    }

    /// Whether the stack is at rest: twice in a row without lag, without anything in flight and without news.
    public mutating func isReached(by monitor: StackMonitor, expectedEvents: Int) throws -> Bool {
        let isBusy = monitor.couplings.values.contains { $0.inFlight != nil || $0.state == .pending }
        let read = monitor.events.values.reduce(0, +)
        let hasNews = monitor.couplingRecords != lastRecords
        lastRecords = monitor.couplingRecords
        guard !isBusy, !hasNews, read >= expectedEvents, try lag() == 0 else {
            quiet = 0
            return false
        }
        quiet += 1
        return quiet >= 2
    }

    /// The pairs that cannot go on although nothing is wrong with what they wait for: a stack at rest has none.
    public static func stuck(_ couplings: [String: Coupling]) -> [Coupling] {
        couplings.values.filter { coupling in
            guard coupling.waiting != nil, coupling.state != .failed, coupling.state != .skipped else { return false }
            return rootCause(of: coupling, in: couplings, depth: 0) == nil
        }
    }

    /// Why a pair waits, at the end of the chain: a record that is filtered, failed, skipped, deleted or was never seen.
    public static func rootCause(
        of coupling: Coupling,
        in couplings: [String: Coupling],
        depth: Int
    ) -> (mapping: String, key: String, reason: String)? {
        guard depth < 16, let reference = coupling.waiting?.waitsFor.first(where: { $0.reason != .inFlight }) else {
            return nil
        }
        let found = couplings.values.first {
            $0.mapping == reference.mapping && $0.company == coupling.company
                && ($0.id == reference.key || $0.bc.key == reference.key)
        }
        guard let found else { return (reference.mapping, reference.key, "unseen") }
        switch found.state {
        case .filtered: return (found.mapping, reference.key, "filtered")
        case .failed, .skipped: return (found.mapping, reference.key, found.error?.code ?? found.state.rawValue)
        case .deleted, .broken: return (found.mapping, reference.key, "deleted")
        case .coupled where !found.exists: return (found.mapping, reference.key, "filtered")
        case .coupled where found.exists && found.waiting == nil: return nil
        case .coupled, .waiting, .pending: return rootCause(of: found, in: couplings, depth: depth + 1)
        }
    }
}
