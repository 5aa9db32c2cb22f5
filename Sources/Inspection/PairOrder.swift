// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
package import SyncModel

/// What a pair's owner is asked to do.
package enum PairOrder: String, Sendable, CaseIterable {
    case retry, skip, restore

    /// What it does, in a sentence.
    package var summary: String {
        switch self {
        case .retry: "Tries a failed or skipped record again."
        case .skip: "Leaves a record out until it is restored."
        case .restore: "Takes a skipped record in again."
        }
    }

    /// Why the order makes no sense for a pair; nil where it does.
    package func refusal(_ state: Coupling.State) -> String? {
        switch (self, state) {
        case (.retry, .failed), (.retry, .skipped), (.restore, .skipped), (.restore, .failed): nil
        case (.retry, _): "only failed and skipped records can be tried again"
        case (.restore, _): "only skipped and failed records can be restored"
        case (.skip, .skipped): "it is skipped already"
        case (.skip, .deleted): "it is deleted"
        case (.skip, _): nil
        }
    }

    /// The command's record, as `operator-command.json` describes it; `now` in milliseconds since 1970.
    package func record(_ pairKey: String, at now: Int64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "command")
            writer.member("command", rawValue)
            writer.member("pairKey", pairKey)
            writer.member("requestedAt", Timestamp.text(milliseconds: now))
        }
        return writer.bytes
    }
}
