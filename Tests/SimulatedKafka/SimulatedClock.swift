// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A time that passes only where somebody waits.
public final class SimulatedClock: Sendable {
    private let time: Atomic<Int64>

    init(_ now: Int64) {
        time = Atomic(now)
    }

    /// Milliseconds since 1970.
    public var now: Int64 { time.load(ordering: .relaxed) }

    func advance(_ milliseconds: Int64) {
        time.wrappingAdd(milliseconds, ordering: .relaxed)
    }
}
