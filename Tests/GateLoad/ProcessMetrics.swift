// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncTestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What a process's metrics say at a moment.
struct ProcessMetrics {
    /// Whether it does its work.
    var isReady = false
    /// Whether it is the coordinator that decides.
    var isActive = false
    /// How often a record was put to wait, by mapping.
    var everWaited: [String: Int] = [:]
    /// What the local state takes on its disk, in bytes.
    var stateBytes = 0

    /// Asks the process; nil where it does not answer.
    init?(of process: WorkerProcess) {
        guard let url = process.url.flatMap({ URL(string: "\($0)/metrics") }),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return nil }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            take(line[..<space], Int(value))
        }
    }

    private mutating func take(_ series: Substring, _ value: Int) {
        let mapping = series.split(separator: "mapping=\"").dropFirst().first?.prefix { $0 != "\"" }
        if series == "sync_ready" {
            isReady = value == 1
        } else if series == "sync_coordinator_active" {
            isActive = value == 1
        } else if series.hasPrefix("sync_state_bytes") {
            stateBytes = value
        } else if series.hasPrefix("sync_records_total{"), series.contains("result=\"waiting\""), let mapping {
            everWaited[String(mapping), default: 0] += value
        }
    }
}
