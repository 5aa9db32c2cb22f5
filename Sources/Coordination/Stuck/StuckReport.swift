// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// What waits and what failed at one moment, with root causes.
struct StuckReport: Sendable {
    /// A waiting record.
    struct Record: Sendable {
        let pair: PairGlance
        /// Longer than the limit.
        let isStuck: Bool
        let chains: [WaitingChain]
        /// The causes of the chains, in their order.
        let causes: [RootCause]
    }

    /// How many records one cause holds.
    struct Tally: Sendable {
        let cause: RootCause
        let records: Int
    }

    /// A mapping and a cause, as one word.
    struct Series: Hashable, Sendable {
        let mapping: String
        let cause: String
    }

    /// When it was made, in milliseconds since 1970.
    var atMs: Int64
    /// The couplings were read to their end; before that, numbers are too small.
    var isComplete = false
    /// There are more than could be kept.
    var isTruncated = false
    /// All waiting records by mapping; without those whose change went out but for a deferrable reference.
    var waiting: [String: Int] = [:]
    /// All failed and skipped records by mapping.
    var failed: [String: Int] = [:]
    /// Records that wait longer than the limit, by mapping and the first of their causes.
    var stuck: [Series: Int] = [:]
    /// The causes that hold most waiting records, those first.
    var tallies: [Tally] = []
    /// The records that wait longest.
    var longest: [Record] = []
    /// The records that failed last.
    var failures: [PairGlance] = []

    /// How many wait.
    var waitingCount: Int { waiting.values.reduce(0, +) }
    /// How many failed.
    var failedCount: Int { failed.values.reduce(0, +) }
    /// How many wait for too long.
    var stuckCount: Int { stuck.values.reduce(0, +) }
}
