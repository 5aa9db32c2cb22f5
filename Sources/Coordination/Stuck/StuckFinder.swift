// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// Finds out what is stuck and why; knows neither Kafka nor the clock.
struct StuckFinder {
    /// Records that are shown one by one.
    static let shownLimit = 1_000
    /// Waiting records whose causes are looked for, the longest waiting first; each costs a walk down its chain.
    static let causeLimit = 10_000
    /// Causes that are told.
    static let tallyLimit = 20
    /// Chains of one record that are told.
    static let chainLimit = 8

    /// How long a record may wait, in milliseconds.
    let stuckAfterMs: Int64
    /// What keeps a mapping's worker from going on.
    let obstacle: (_ mapping: String) -> Obstacle?

    /// Makes a report of the couplings as they stand, at a time in milliseconds since 1970.
    func report(on couplings: UnsettledCouplings, nowMs: Int64) -> StuckReport {
        var report = StuckReport(atMs: nowMs)
        report.isTruncated = couplings.isTruncated
        var waiting: [PairGlance] = []
        var failed: [PairGlance] = []
        for pair in couplings.table.pairs.values {
            if pair.hasFailed {
                failed.append(pair)
                report.failed[pair.pairKey.mapping, default: 0] += 1
            } else if !pair.isDeferred {
                waiting.append(pair)
                report.waiting[pair.pairKey.mapping, default: 0] += 1
            }
        }
        waiting.sort { ($0.waitsSince ?? 0, $0.pairKey.description) < ($1.waitsSince ?? 0, $1.pairKey.description) }
        failed.sort { ($1.updatedAt, $0.pairKey.description) < ($0.updatedAt, $1.pairKey.description) }
        report.failures = Array(failed.prefix(Self.shownLimit))
        look(at: waiting, in: couplings, &report)
        return report
    }

    private func look(at waiting: [PairGlance], in couplings: UnsettledCouplings, _ report: inout StuckReport) {
        var obstacles: [String: Obstacle?] = [:]
        func known(_ mapping: String) -> Obstacle? {
            if let known = obstacles[mapping] { return known }
            let found = obstacle(mapping)
            obstacles[mapping] = .some(found)
            return found
        }
        var counts: [RootCause: Int] = [:]
        for (index, pair) in waiting.enumerated() {
            let isStuck = report.atMs - (pair.waitsSince ?? report.atMs) > stuckAfterMs
            guard index < Self.causeLimit else {
                if isStuck { report.stuck[.init(mapping: pair.pairKey.mapping, cause: "unknown"), default: 0] += 1 }
                continue
            }
            let chains = WaitingChain.chains(of: pair, in: couplings.table) {
                couplings.finding(of: $0, company: $1)
            }.prefix(Self.chainLimit)
            let causes = chains.map { RootCause(of: $0, mapping: pair.pairKey.mapping, obstacle: known) }
            for cause in Set(causes) { counts[cause, default: 0] += 1 }
            if isStuck, let cause = causes.first {
                report.stuck[.init(mapping: pair.pairKey.mapping, cause: cause.word), default: 0] += 1
            }
            guard index < Self.shownLimit else { continue }
            report.longest.append(
                StuckReport.Record(pair: pair, isStuck: isStuck, chains: Array(chains), causes: causes)
            )
        }
        report.tallies = counts.sorted {
            ($1.value, $0.key.link.mapping, $0.key.link.key) < ($0.value, $1.key.link.mapping, $1.key.link.key)
        }.prefix(Self.tallyLimit).map { StuckReport.Tally(cause: $0.key, records: $0.value) }
    }
}
