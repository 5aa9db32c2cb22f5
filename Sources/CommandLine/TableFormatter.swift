// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Lays out a table for a terminal, or without one for a file.
///
/// Columns of numbers are right-aligned. On a terminal, the widest columns of text are cut until the table fits.
public struct TableFormatter: Sendable {
    /// How a cell looks on a terminal with colours.
    public enum Style: String, Sendable {
        /// As it is.
        case plain = ""
        /// Green.
        case good = "32"
        /// Yellow.
        case doubtful = "33"
        /// Red.
        case bad = "31"
        /// Faint.
        case faint = "2"
    }

    /// What stands in one place of a table.
    public struct Cell: Sendable, ExpressibleByStringInterpolation {
        let text: String
        let style: Style

        /// Makes a cell.
        public init(_ text: String, _ style: Style = .plain) {
            // Text from records must not break the table or command the terminal.
            self.text = OneLine.escaped(text)
            self.style = style
        }

        /// Makes a cell as it is.
        public init(stringLiteral value: String) { self.init(value) }
    }

    private static let gap = 2
    private static let leastWidth = 8
    /// A longer text of digits, such as a key, is no amount and may be cut.
    private static let longestNumber = 20

    private let titles: [String]
    private let width: Int?
    private let usesColour: Bool
    private var rows: [[Cell]] = []

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - titles: of the columns.
    ///   - width: the columns of the terminal; nil for as wide as need be.
    ///   - usesColour: whether styles are shown.
    public init(_ titles: [String], width: Int? = nil, usesColour: Bool = false) {
        self.titles = titles
        self.width = width
        self.usesColour = usesColour
    }

    /// Makes an empty table for a console.
    public init(_ titles: [String], console: Console) {
        self.init(titles, width: console.width, usesColour: console.usesColour)
    }

    /// Adds a row; cells that are missing stay empty.
    public mutating func add(_ cells: [Cell]) {
        precondition(cells.count <= titles.count, "A row has no more cells than there are titles.")
        rows.append(cells + Array(repeating: "", count: titles.count - cells.count))
    }

    /// Adds a row of plain cells.
    public mutating func add(_ cells: [String]) {
        add(cells.map { Cell($0) })
    }

    /// The table, its title first, without an end of line.
    public func text() -> String {
        let areNumbers = titles.indices.map { column in
            let cells = rows.map { $0[column].text }.filter { !$0.isEmpty && $0 != "-" }
            return !cells.isEmpty && cells.allSatisfy(Self.isNumber)
        }
        let widths = fittingWidths(areNumbers)
        var lines = [line(titles.map { Cell($0) }, widths, areNumbers, isTitle: true)]
        lines += rows.map { line($0, widths, areNumbers, isTitle: false) }
        return lines.joined(separator: "\n")
    }

    private func fittingWidths(_ areNumbers: [Bool]) -> [Int] {
        var widths = titles.indices.map { column in
            ([titles[column]] + rows.map { $0[column].text }).map(DisplayWidth.of).max() ?? 0
        }
        guard let width else { return widths }
        for column in widths.indices { widths[column] = min(widths[column], max(1, width)) }
        let room = width - Self.gap * (widths.count - 1)
        // What is cut first: long texts; then, on a narrow terminal, short ones; numbers at last.
        for (least, cutsNumbers) in [(Self.leastWidth, false), (2, false), (2, true)] {
            while widths.reduce(0, +) > room {
                let candidates = widths.indices.filter { (cutsNumbers || !areNumbers[$0]) && widths[$0] > least }
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
            }
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ areNumbers: [Bool], isTitle: Bool) -> String {
        var result = ""
        for (column, cell) in cells.enumerated() {
            let text = DisplayWidth.cut(cell.text, to: widths[column])
            let padding = String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(text)))
            let code = isTitle ? "1" : cell.style.rawValue
            let shown = usesColour && !code.isEmpty && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
            let isLast = column == cells.count - 1
            result += areNumbers[column] ? padding + shown : shown + (isLast ? "" : padding)
            if !isLast { result += String(repeating: " ", count: Self.gap) }
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// True for numbers as tables show them: `-1,234.5`, `12%`, `3.5s`.
    private static func isNumber(_ text: String) -> Bool {
        guard text.utf8.count <= longestNumber else { return false }
        var rest = text[...]
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        for unit in ["%", "ms", "s"] where rest.hasSuffix(unit) {
            rest = rest.dropLast(unit.count)
            break
        }
        return rest.first?.isNumber == true && rest.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
    }
}
