// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The lag in seconds as other threads ask for it: it grows with the time, also while the worker is busy or hangs.
final class SecondsOfLag: Sendable {
    private static let none = Int64.min
    private let oldest = Atomic<Int64>(none)

    /// Takes the source time of the oldest unfinished record, in milliseconds since 1970; nil when there is none.
    func set(oldest time: Int64?) {
        oldest.store(time ?? Self.none, ordering: .relaxed)
    }

    /// Now minus that time, in seconds; 0 when nothing is left to do, never negative.
    func value(at now: Int64) -> Double {
        let time = oldest.load(ordering: .relaxed)
        return time == Self.none ? 0 : Double(max(0, now - time)) / 1_000
    }
}
