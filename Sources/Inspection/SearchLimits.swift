// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// How much of everything a search tells, and how long it may take.
package struct SearchLimits: Sendable {
    /// Pairs that are told with all that belongs to them.
    package var pairs = 5
    /// Further pairs of the same name, of which the keys are told.
    package var otherPairs = 100
    /// The newest of each kind of record.
    package var records = 10
    /// Records that wait for one, told by name.
    package var waiters = 20
    /// Waiting and failed pairs that are kept while chains are followed: about 1 KB each.
    package var unsettled = 50_000
    /// Milliseconds after which no more is read; what was found by then is told.
    package var timeMs: Int64 = 30_000

    /// The usual limits.
    package init() {}
}
