// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

extension JSONWriter {
    /// Writes a string, or a null where there is none.
    mutating func optional(_ text: String?) {
        if let text { string(text) } else { null() }
    }

    /// Writes an integer, or a null where there is none.
    mutating func optional(_ value: Int64?) {
        if let value { integer(value) } else { null() }
    }

    /// Writes an array of strings.
    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
