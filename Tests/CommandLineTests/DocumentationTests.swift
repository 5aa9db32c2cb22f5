// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Testing

@Suite struct DocumentationTests {
    /// The rows of the table in Docs/settings.md, as cells without the backticks.
    private func rows() throws -> [[String]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "Docs/settings.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces).replacing("`", with: "")
            }
        }
    }

    @Test func theTableListsExactlyTheSettings() throws {
        let expected = SettingCatalog.all.map { setting in
            var standard = setting.default.map { $0.isEmpty ? "empty" : $0 } ?? setting.defaultNote
            for (executable, value) in setting.executableDefaults { standard? += ", \(executable) \(value)" }
            return [
                setting.name, setting.isRequired ? "required" : standard ?? "–", setting.kind.allowed, setting.summary,
            ]
        }
        let rows = try rows()
        for (row, wanted) in zip(rows, expected) { #expect(row == wanted) }
        #expect(rows.count == expected.count)
        if rows != expected {
            for row in expected {
                print("| `\(row[0])` | \(row[1] == "–" ? "–" : "`\(row[1])`") | \(row[2]) | \(row[3]) |")
            }
        }
    }
}
