// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// An operator's hold of a table mapping, as `sync.control` says.
package struct Hold: Sendable, Equatable {
    static let keyBeginning = "hold/"

    /// The mapping.
    package let mapping: String
    /// Why; nil where nobody said so.
    package let reason: String?
    /// When it was put, as the record says.
    package let since: String?

    /// Makes a hold that begins at a time, in milliseconds since 1970.
    package init(mapping: String, reason: String?, sinceMs: Int64) {
        self.mapping = mapping
        self.reason = reason
        since = Timestamp.text(milliseconds: sinceMs)
    }

    /// Takes what a record's value says, whatever that is: the key alone holds.
    package init(mapping: String, _ value: JSONValue?) {
        self.mapping = mapping
        reason = value?["reason"]?.string
        since = value?["since"]?.string
    }

    /// The key of a mapping's record.
    package static func key(of mapping: String) -> String { keyBeginning + mapping }

    /// The record, as `hold.json` describes it.
    package var record: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "hold")
            writer.member("mapping", mapping)
            writer.member("reason", reason)
            writer.member("since", since)
        }
        return writer.bytes
    }
}
