// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Pairs with values that were made of other records beside their own image.
///
/// Such a record gets no event when one of those changes. So its last change is kept, and judged anew then.
extension Coupling {
    /// Its change is published altogether; where values were made of other records it is kept for when these change.
    mutating func finish(following references: [Waiting.Reference]) {
        let change = waiting
        waiting = nil
        guard !references.isEmpty, var change else { return follows = nil }
        change.waitsFor = references
        change.isDeferred = false
        follows = change
    }

    /// Lets the last change wait again where it follows other records and nothing newer waits.
    mutating func takeUpAnew() {
        guard waiting == nil, inFlight == nil, let change = follows else { return }
        waiting = change
        follows = nil
    }

    /// Whether a failed change may succeed without an event of its own: another record is what is wrong with it.
    var mayBeMended: Bool {
        error?.errorClass == .dependency || ClaimedRow.isCause(of: error)
            || waiting?.waitsFor.contains { $0.reason == .followed } == true
    }
}
