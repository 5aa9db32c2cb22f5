// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import Telemetry

/// The series of `sync_records_total`, found without hashing: each record is counted, and most follow one of their mapping.
struct RecordCounters {
    /// In the order of the results' places.
    private var series: [String: [Counter.Series]] = [:]
    private var latest: (mapping: String, series: [Counter.Series]) = ("", [])

    /// All results of all mappings are there from the start, so that a graph shows 0 and not a gap.
    init(_ counter: Counter, mappings: [String]) {
        for mapping in mappings {
            series[mapping] = RecordResult.allCases.map { counter.with(mapping, $0.rawValue) }
        }
    }

    /// Counts a record; one of a mapping that is not among those given is left out.
    mutating func count(_ result: RecordResult, mapping: String) {
        if latest.mapping != mapping {
            guard let found = series[mapping] else { return }
            latest = (mapping, found)
        }
        latest.series[result.place].add()
    }
}

extension RecordResult {
    /// The place among all cases.
    fileprivate var place: Int {
        switch self {
        case .inserted: 0
        case .modified: 1
        case .unchanged: 2
        case .stale: 3
        case .filtered: 4
        case .waiting: 5
        case .failed: 6
        case .queued: 7
        case .deleted: 8
        }
    }
}
