// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
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

    struct Hold: Sendable, Equatable {
        let reason: String?
        let sinceMs: Int64
    }

    /// The key of the record in `sync.control`.
    var key: String { Coordination.Hold.keyPrefix + mapping }

    /// The record, as `hold.json` describes it; nil: a tombstone.
    var value: [UInt8]? {
        guard let hold else { return nil }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "hold")
            writer.member("mapping", mapping)
            writer.member("reason", hold.reason)
            writer.member("since", SyncModel.Timestamp.text(milliseconds: hold.sinceMs))
        }
        return writer.bytes
    }
}
