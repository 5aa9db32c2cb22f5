// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Writes random JSON documents, with every notation that the grammar allows.
struct RandomJSON {
    var random: SeededGenerator
    private var text = ""

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func document() -> String {
        text = ""
        space()
        value(depth: 0)
        space()
        return text
    }

    /// The bytes with a few of them changed, removed, inserted or cut off.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let likely =
            Array(#"{}[]:,"\0123456789.eE+-truefalsn u/"#.utf8) + [0x1F, 0x7F, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for _ in 0...Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
            let place = bytes.indices.randomElement(using: &random) ?? 0
            let byte = likely.randomElement(using: &random) ?? 0x20
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes.swapAt(place, bytes.indices.randomElement(using: &random) ?? 0)
            default: if random.isOneIn(4) { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

    private mutating func space() {
        while random.isOneIn(6) { text += pick([" ", "\n", "\t", "\r", "   "]) }
    }

    private mutating func value(depth: Int) {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 10), using: &random) {
        case 0: text += pick(["null", "true", "false"])
        case 1, 2: text += number()
        case 3, 4, 5: string(suffix: "")
        case 6, 7: list("[", "]") { $0.value(depth: depth + 1) }
        default:
            var count = 0
            list("{", "}") {
                count += 1
                // Numbered, since parsers differ on repeated names.
                $0.string(suffix: "\(count)")
                $0.space()
                $0.text += ":"
                $0.space()
                $0.value(depth: depth + 1)
            }
        }
    }

    private mutating func list(_ opening: String, _ closing: String, element: (inout RandomJSON) -> Void) {
        text += opening
        space()
        let count = Int.random(in: 0...5, using: &random)
        for index in 0..<count {
            if index > 0 { text += "," }
            space()
            element(&self)
            space()
        }
        text += closing
    }

    mutating func number() -> String {
        var number = random.isOneIn(3) ? "-" : ""
        number += random.isOneIn(4) ? "0" : pick(["1", "9", "42", "123456789", "649", "900719925474099312345"])
        if random.isOneIn(2) {
            number += "." + pick(["0", "5", "40", "000", "0001", "123456789012345678901234567890"])
        }
        if random.isOneIn(4) {
            number += pick(["e", "E"]) + pick(["", "+", "-"]) + pick(["0", "05", "7", "12", "30"])
        }
        return number
    }

    private mutating func string(suffix: String) {
        text += "\""
        while !random.isOneIn(6) {
            text += pick([
                "a", "Kontor", " ", "ß", "€", "\u{E000}", "\u{10FFFF}", "😀", "日本", "/", "\u{7F}", "\\\"", "\\\\", "\\/",
                "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e4", "\\uD83D\\uDE00", "\\ue000", "\\u001F", "{",
                "]", ":",
                "0123456789012345678901234567890123456789012345678901234567890123456789",
            ])
        }
        text += suffix + "\""
    }
}
