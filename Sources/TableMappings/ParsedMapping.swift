// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// A mapping as read from a file, with the lines that later checks name.
struct ParsedMapping {
    /// The mapping.
    var mapping: TableMapping
    /// The file, as problems name it.
    var file: String
    /// The line of its name.
    var line: Int
    /// The line of its worker; 0: it has none.
    var workerLine: Int
    /// The lines of its fields, in their order.
    var fieldLines: [Int]
    /// The line of its rule references; 0: it has none.
    var ruleReferencesLine: Int

    /// What tells it from others: the name, and the variant where there is one.
    var identity: String { mapping.identity }

    /// Makes a problem in this file.
    func problem(_ reason: String, line: Int? = nil) -> MappingProblem {
        MappingProblem(file: file, line: line ?? self.line, reason: reason)
    }
}
