// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling

extension NearestName {
    /// The words to add to a message: what was probably meant, or else what is allowed where that is short.
    static func hint(for name: String, among known: [String]) -> String {
        if let nearest = find(name, among: known) { return "; did you mean `\(nearest)`?" }
        return known.count <= 20 ? "; known are \(known.joined(separator: ", "))" : ""
    }
}
