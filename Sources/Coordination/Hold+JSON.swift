// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension Hold {
    /// Writes what the JSON API shows.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("mapping", mapping)
            writer.member("reason", reason)
            writer.member("since", since)
        }
    }
}
