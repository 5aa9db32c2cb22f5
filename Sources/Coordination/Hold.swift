// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// An operator's hold of a table mapping, as `sync.control` says.
struct Hold: Sendable, Equatable {
    static let keyPrefix = "hold/"

    let mapping: String
    let reason: String?
    /// When it was put, as the record says.
    let since: String?

    /// Reads a record; whatever its value is, the key alone holds, as for the workers.
    init(mapping: String, _ value: JSONValue?) {
        self.mapping = mapping
        reason = value?["reason"]?.string
        since = value?["since"]?.string
    }

    /// Writes what the JSON API shows.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("mapping", mapping)
            writer.member("reason", reason)
            writer.member("since", since)
        }
    }
}
