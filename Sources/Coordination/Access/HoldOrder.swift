// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What an operator asked for on the page: the coordinator's thread carries it out.
struct HoldOrder: Sendable, Equatable {
    /// How many may be on their way at once.
    static let limit = 32
    /// Longest reason, in characters.
    static let reasonLimit = 200

    let mapping: String
    /// Nil: the hold ends.
    let hold: Hold?

    /// The key of the record in `sync.control`.
    var key: String { Hold.key(of: mapping) }

    /// The record, as `hold.json` describes it; nil: a tombstone.
    var value: [UInt8]? { hold?.record }
}
