// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import Inspection

@Suite("A pattern in raw bytes")
struct BytePatternTests {
    @Test("is found wherever a slow search finds it, whatever the case of its letters")
    func agrees() {
        let seed = SeededGenerator.seed()
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("aAbBz1-\u{e4}{[@`".utf8)
        for _ in 0..<5_000 {
            let text = Self.bytes(0...40, of: alphabet, &random)
            let wanted = Self.bytes(0...5, of: alphabet, &random)
            let expected = Self.slowly(wanted, in: text)
            let isFound = text.withUnsafeBytes { BytePattern(wanted).isFound(in: $0) }
            #expect(isFound == expected, "seed \(seed): \(wanted) in \(text)")
        }
    }

    private static func bytes(
        _ count: ClosedRange<Int>,
        of alphabet: [UInt8],
        _ random: inout SeededGenerator
    ) -> [UInt8] {
        (0..<Int.random(in: count, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    }

    private static func slowly(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
        guard wanted.count <= text.count else { return false }
        return (0...(text.count - wanted.count)).contains { start in
            wanted.indices.allSatisfy { lowered(text[start + $0]) == lowered(wanted[$0]) }
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 32 : byte
    }
}
