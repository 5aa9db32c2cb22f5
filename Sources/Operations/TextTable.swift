// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Rows of text in columns as wide as their widest cell.
struct TextTable {
    private var rows: [[String]]

    /// Starts a table with its header.
    init(_ header: String...) {
        rows = [header]
    }

    /// Adds a row; it has a cell for each column.
    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    /// The table, a line for each row, without blanks at the ends of lines.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
