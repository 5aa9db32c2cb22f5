// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// How many records of a table mapping are coupled, wait or failed.
struct MappingCounts: Encodable, Equatable {
    let worker: String
    let mapping: String
    /// Coupled, with nothing that waits; nil where only the workers' own counts are known.
    var coupled: Int64?
    /// Waiting for other records or for a result.
    var waiting: Int64 = 0
    /// Failed or skipped.
    var failed: Int64 = 0
    /// Left out by their filter, broken or deleted; nil as with `coupled`.
    var other: Int64?
    /// There may be more waiting and failed ones: a worker stopped counting.
    var atLeast = false

    init(worker: String, mapping: String, isWhole: Bool) {
        self.worker = worker
        self.mapping = mapping
        coupled = isWhole ? 0 : nil
        other = isWhole ? 0 : nil
    }

    /// Counts the couplings of each mapping; mappings without any are there with zeros.
    static func of(_ pairs: some Sequence<PairGlance>, mappings: [TableMapping]) -> [MappingCounts] {
        var counts = start(mappings, isWhole: true)
        for pair in pairs {
            let name = pair.pairKey.mapping
            var count = counts[name] ?? MappingCounts(worker: "-", mapping: name, isWhole: true)
            if pair.hasFailed {
                count.failed += 1
            } else if pair.isWaiting {
                count.waiting += 1
            } else if pair.state == .coupled {
                count.coupled = (count.coupled ?? 0) + 1
            } else {
                count.other = (count.other ?? 0) + 1
            }
            counts[name] = count
        }
        return sorted(counts)
    }

    /// Adds up what living workers count themselves.
    static func of(_ heartbeats: [Heartbeat], mappings: [TableMapping]) -> [MappingCounts] {
        var counts = start(mappings, isWhole: false)
        for heartbeat in heartbeats {
            for name in Set(heartbeat.waiting.keys).union(heartbeat.failed.keys) {
                var count = counts[name] ?? MappingCounts(worker: heartbeat.worker, mapping: name, isWhole: false)
                count.waiting += heartbeat.waiting[name] ?? 0
                count.failed += heartbeat.failed[name] ?? 0
                counts[name] = count
            }
            guard heartbeat.countsAreCapped else { continue }
            for name in counts.keys where counts[name]?.worker == heartbeat.worker { counts[name]?.atLeast = true }
        }
        return sorted(counts)
    }

    private static func start(_ mappings: [TableMapping], isWhole: Bool) -> [String: MappingCounts] {
        var counts: [String: MappingCounts] = [:]
        for mapping in mappings {
            guard let worker = mapping.worker else { continue }
            counts[mapping.name] = MappingCounts(worker: worker, mapping: mapping.name, isWhole: isWhole)
        }
        return counts
    }

    private static func sorted(_ counts: [String: MappingCounts]) -> [MappingCounts] {
        counts.values.sorted { ($0.worker, $0.mapping) < ($1.worker, $1.mapping) }
    }
}
