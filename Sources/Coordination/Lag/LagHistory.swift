// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The workers' lag over the last hour, in memory only: a ring of a fixed size for each worker.
struct LagHistory: Sendable {
    /// What a stretch of time had; the highest lag of it, so that no peak is lost.
    struct Point: Sendable, Equatable {
        /// When the stretch begins, in milliseconds since 1970.
        let atMs: Int64
        /// Records.
        var lag: Int64
        /// Seconds, of the instance that is furthest behind; nil where none told it.
        var seconds: Int64?
        /// Committed records in a second.
        var rate: Double
    }

    /// How long a stretch is.
    static let intervalMs: Int64 = 15_000
    /// How many are kept: an hour.
    static let capacity = 240

    private(set) var points: [String: [Point]] = [:]

    /// Takes what was seen of a worker at a time, in milliseconds since 1970.
    mutating func take(_ worker: String, atMs: Int64, lag: Int64, seconds: Int64?, rate: Double) {
        let start = atMs - atMs % Self.intervalMs
        var new = Point(atMs: start, lag: lag, seconds: seconds, rate: rate)
        // A clock that was set back must not put times into disorder.
        points[worker, default: []].removeAll {
            $0.atMs > start || $0.atMs <= start - Self.intervalMs * Int64(Self.capacity)
        }
        if let last = points[worker]?.last, last.atMs == start {
            new.lag = max(last.lag, lag)
            new.seconds = [last.seconds, seconds].compactMap(\.self).max()
            points[worker]?.removeLast()
        }
        points[worker]?.append(new)
    }
}
