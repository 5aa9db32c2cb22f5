// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Facts about one thing, each with a name before it; long ones go on in the next line instead of being cut.
package struct FactSheet {
    private static let margin = 2
    private static let gap = 2

    private let width: Int?
    private let usesColour: Bool
    private var facts: [(name: String, text: String, style: TableFormatter.Style)] = []

    /// Makes an empty sheet for a console.
    package init(console: Console) {
        width = console.width
        usesColour = console.usesColour
    }

    /// Adds a fact; without a name it goes on with the one before it.
    package mutating func add(_ name: String, _ text: String, _ style: TableFormatter.Style = .plain) {
        facts.append((name, OneLine.escaped(text), style))
    }

    /// The sheet, without an end of line.
    package func text() -> String {
        let column = (facts.map { DisplayWidth.of($0.name) }.max() ?? 0) + Self.margin + Self.gap
        return facts.flatMap { lines($0, column) }.joined(separator: "\n")
    }

    private func lines(
        _ fact: (name: String, text: String, style: TableFormatter.Style),
        _ column: Int
    ) -> [String] {
        let room = max((width ?? Int.max) - column, 20)
        return wrapped(fact.text, room).enumerated().map { index, line in
            let name = index == 0 ? String(repeating: " ", count: Self.margin) + fact.name : ""
            let padding = String(repeating: " ", count: max(0, column - DisplayWidth.of(name)))
            let isColoured = usesColour && fact.style != .plain
            return name + padding + (isColoured ? "\u{1B}[\(fact.style.rawValue)m\(line)\u{1B}[0m" : line)
        }
    }

    private func wrapped(_ text: String, _ room: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > room {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " \(word)"
            }
        }
        return lines + [line]
    }
}
