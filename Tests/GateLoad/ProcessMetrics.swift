// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import SyncTestSupport
import Synchronization

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

    /// How long an answer may take, in seconds: whoever cannot be asked at the moment must not hold up the look at all others.
    private static let patience = 1.0

    /// Asks the process; nil where it does not answer in time.
    init?(of process: WorkerProcess) {
        guard let url = process.url.flatMap({ URL(string: "\($0)/metrics") }), let text = Self.text(at: url) else {
            return nil
        }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            take(line[..<space], Int(value))
        }
    }

    private static func text(at url: URL) -> String? {
        let answer = Mutex<String?>(nil)
        let isOver = DispatchSemaphore(value: 0)
        let task = URLSession.shared.dataTask(with: URLRequest(url: url, timeoutInterval: patience)) { data, _, _ in
            answer.withLock { $0 = data.map { String(decoding: $0, as: UTF8.self) } }
            isOver.signal()
        }
        task.resume()
        // The request's own limit begins anew with each byte.
        if isOver.wait(timeout: .now() + patience) == .timedOut { task.cancel() }
        return answer.withLock { $0 }
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
