// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a worker's own metrics say that it has done.
struct WorkerCounts {
    /// Records by mapping and what became of them.
    private(set) var records: [String: [String: Int]] = [:]
    private(set) var deadLetters = 0
    private(set) var forwarded = 0

    init(_ metrics: Metrics) {
        for line in String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let count = Int(value)
            if line.hasPrefix("sync_dead_letters_total") { deadLetters += count }
            if line.hasPrefix("sync_forwarded_total") { forwarded += count }
            guard line.hasPrefix("sync_records_total{"), count > 0 else { continue }
            let labels = line.split(separator: "\"")
            guard labels.count >= 4 else { continue }
            records[String(labels[1]), default: [:]][String(labels[3])] = count
        }
    }

    /// How often a mapping took a record.
    func taken(_ mapping: String) -> Int { records[mapping]?.values.reduce(0, +) ?? 0 }

    static func - (left: WorkerCounts, right: WorkerCounts) -> WorkerCounts {
        var difference = left
        for (mapping, results) in right.records {
            for (result, count) in results { difference.records[mapping]?[result]? -= count }
        }
        difference.deadLetters -= right.deadLetters
        difference.forwarded -= right.forwarded
        return difference
    }
}
