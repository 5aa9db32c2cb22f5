// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A text to be found in raw bytes, whatever the case of its ASCII letters.
///
/// Horspool's way: at most places only one byte of several is looked at, so that a million records are passed over in less
/// time than it takes to fetch them.
struct BytePattern: Sendable {
    private let pattern: [UInt8]
    /// How far the window may move when a byte stands at its end.
    private let skips: [Int]

    /// Makes a pattern; an empty one is found everywhere.
    init(_ bytes: some Sequence<UInt8>) {
        pattern = bytes.map(Self.lowered)
        var skips = [Int](repeating: max(pattern.count, 1), count: 256)
        for (index, byte) in pattern.dropLast().enumerated() {
            skips[Int(byte)] = pattern.count - 1 - index
            if (0x61...0x7a).contains(byte) { skips[Int(byte - 0x20)] = pattern.count - 1 - index }
        }
        self.skips = skips
    }

    /// Makes a pattern of a text's UTF-8.
    init(_ text: String) { self.init(Array(text.utf8)) }

    /// Whether the text occurs in the bytes.
    func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        let last = pattern.count - 1
        guard last >= 0 else { return true }
        return pattern.withUnsafeBufferPointer { pattern in
            skips.withUnsafeBufferPointer { skips in
                var end = last
                while end < bytes.count {
                    var index = last
                    while Self.lowered(bytes[end - last + index]) == pattern[index] {
                        if index == 0 { return true }
                        index -= 1
                    }
                    end += skips[Int(bytes[end])]
                }
                return false
            }
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }
}
