// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// The last minute of a group in a partition, and what follows from it.
///
/// Judges as Burrow does, by whether offsets move and lag goes down over a sliding window, never by a threshold: a lag
/// that was 0 at any time is fine; else one that is never lower than before is bad.
struct LagWindow: Sendable {
    /// What was seen at one time.
    struct Sample: Sendable, Equatable {
        var atMs: Int64
        /// The committed offset; nil where the group never committed one.
        var committed: Int64?
        var lag: Int64
        /// The lag was 0 at this time or at one that this sample stands for too.
        var wasZero: Bool
    }

    /// How far back it looks.
    static let lengthMs: Int64 = 60_000
    /// Samples are kept so far apart: small ups and downs within it do not count.
    static let spacingMs: Int64 = 6_000

    private(set) var samples: [Sample] = []
    /// When the committed offset was last seen to be another one than before.
    private(set) var movedAtMs: Int64?
    /// When the present offset was first seen.
    private(set) var sinceMs: Int64 = 0

    /// Takes what was seen.
    ///
    /// A clock set back and an offset set back begin anew: what was seen before says nothing about what follows.
    mutating func take(atMs: Int64, committed: Int64?, lag: Int64) {
        if let last = samples.last {
            let isBack = atMs < last.atMs || (committed ?? -1) < (last.committed ?? -1)
            if isBack { self = LagWindow() } else if committed != last.committed { movedAtMs = atMs }
        }
        let sample = Sample(atMs: atMs, committed: committed, lag: lag, wasZero: lag == 0)
        if samples.isEmpty || samples.last?.committed != committed { sinceMs = atMs }
        if samples.count > 1, atMs - samples[samples.count - 2].atMs < Self.spacingMs {
            let wasZero = samples[samples.count - 1].wasZero
            samples[samples.count - 1] = sample
            samples[samples.count - 1].wasZero = sample.wasZero || wasZero
        } else {
            samples.append(sample)
        }
        samples.removeAll { $0.atMs < atMs - Self.lengthMs }
    }

    /// What the window says of a group that lives and may read.
    var verdict: Verdict {
        guard let first = samples.first, let last = samples.last, !samples.contains(where: \.wasZero) else {
            return .ok
        }
        // Less than half a window tells nothing yet.
        guard last.atMs - first.atMs >= Self.lengthMs / 2 else { return .ok }
        if samples.allSatisfy({ $0.committed == first.committed }) { return .stalled }
        let neverFalls = zip(samples, samples.dropFirst()).allSatisfy { $0.lag <= $1.lag }
        return neverFalls && first.lag < last.lag ? .slow : .ok
    }

    /// Records that the group went on by over the window, and the seconds that it took.
    var progress: (records: Int64, seconds: Double) {
        guard let first = samples.first, let last = samples.last else { return (0, 0) }
        let from = first.committed ?? last.committed ?? 0
        return ((last.committed ?? from) - from, Double(last.atMs - first.atMs) / 1_000)
    }
}
