// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Testing

@Suite struct TableFormatterTests {
    @Test func numbersAreRightAlignedAndNoLineEndsInSpaces() {
        var table = TableFormatter(["group", "lag", "state"])
        table.add(["unit-worker", "5", "open"])
        table.add(["price-worker", "12,000", ""])
        table.add(["x", "-"])
        #expect(
            table.text() == """
                group            lag  state
                unit-worker        5  open
                price-worker  12,000
                x                  -
                """
        )
    }

    @Test(arguments: [14, 20, 30, 40, 60]) func fitsTheTerminal(width: Int) {
        var table = TableFormatter(["name", "lag", "text"], width: width)
        table.add(["a-rather-long-name-of-a-group", "123", "and a text that is long as well, by far"])
        #expect(table.text().split(separator: "\n").allSatisfy { $0.count <= width })
        #expect(table.text().contains("123"))
        #expect(table.text().contains("…"))
    }

    @Test(arguments: [40, 60, 80, 120]) func longKeysOfDigitsAreCutToo(width: Int) {
        var table = TableFormatter(["MAPPING", "KEY", "ID", "STATE", "TRIES", "AGE", "ERROR"], width: width)
        let key = String(repeating: "1234567890", count: 300)
        let id = "0e68a8f3-bb73-5d26-b109-c79cefb34b4e"
        table.add(["ITEM-PRODUCT", key, id, "failed", "10", "12s", "FieldTooLong: x"])
        table.add(["CUSTOMER", "7", id, "failed", "1", "12s", "FieldTooLong: x"])
        let lines = table.text().split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(lines[1].contains(width < 80 ? "…" : "12345"), "\(lines)")
    }

    @Test func withoutATerminalNothingIsCut() {
        var table = TableFormatter(["name"])
        let long = String(repeating: "x", count: 500)
        table.add([long])
        #expect(table.text() == "name\n\(long)")
    }

    @Test func wideCharactersTakeTwoColumns() {
        var table = TableFormatter(["a", "b"])
        table.add(["日本", "1"])
        table.add(["😀", "2"])
        table.add(["abcd", "3"])
        #expect(table.text() == "a     b\n日本  1\n😀    2\nabcd  3")
    }

    @Test func colourOnlyWhereItIsWanted() {
        var plain = TableFormatter(["state"])
        plain.add([.init("failed", .bad)])
        #expect(plain.text() == "state\nfailed")
        var coloured = TableFormatter(["state"], usesColour: true)
        coloured.add([.init("failed", .bad)])
        #expect(coloured.text() == "\u{1B}[1mstate\u{1B}[0m\n\u{1B}[31mfailed\u{1B}[0m")
    }

    @Test func cellsCannotCommandTheTerminal() {
        var table = TableFormatter(["key"])
        table.add(["a\u{1B}]0;x\u{7}\nb\u{202E}c"])
        #expect(table.text() == "key\n" + #"a\u{1b}]0;x\u{7}\nb\u{202e}c"#)
    }

    @Test func anEmptyTableIsItsTitle() {
        #expect(TableFormatter(["a", "b"]).text() == "a  b")
    }
}
