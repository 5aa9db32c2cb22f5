// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The grammar of JSON (RFC 8259) as it stands there, written for nothing but to say yes or no.
///
/// Stricter in one thing, as the reader is: an escaped surrogate must have its other half.
struct JSONGrammar {
    private let bytes: UnsafeRawBufferPointer
    private let maximumDepth: Int
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Whether the bytes are one document.
    mutating func accepts() -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        skipSpace()
        guard value(depth: 0) else { return false }
        skipSpace()
        return position == bytes.count
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
        position += count
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        switch next {
        case UInt8(ascii: "n"): take("null")
        case UInt8(ascii: "t"): take("true")
        case UInt8(ascii: "f"): take("false")
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "["): container("[", "]", depth: depth) { $0.value(depth: depth + 1) }
        case UInt8(ascii: "{"):
            container("{", "}", depth: depth) { grammar in
                guard grammar.string() else { return false }
                grammar.skipSpace()
                guard grammar.take(":") else { return false }
                grammar.skipSpace()
                return grammar.value(depth: depth + 1)
            }
        default: number()
        }
    }

    private mutating func container(
        _ begin: StaticString,
        _ end: StaticString,
        depth: Int,
        item: (inout JSONGrammar) -> Bool
    ) -> Bool {
        guard take(begin), depth < maximumDepth else { return false }
        skipSpace()
        if take(end) { return true }
        while true {
            guard item(&self) else { return false }
            skipSpace()
            if take(end) { return true }
            guard take(",") else { return false }
            skipSpace()
        }
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        return position > start
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            if take("\"") { return true }
            guard byte >= 0x20 else { return false }
            if take("\\") {
                guard escape() else { return false }
            } else {
                position += 1
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        position += 1
        guard byte == UInt8(ascii: "u") else { return Array("\"\\/bfnrt".utf8).contains(byte) }
        guard let unit = hexadecimal() else { return false }
        if (0xdc00...0xdfff).contains(unit) { return false }
        guard (0xd800...0xdbff).contains(unit) else { return true }
        guard take("\\u"), let low = hexadecimal() else { return false }
        return (0xdc00...0xdfff).contains(low)
    }

    private mutating func hexadecimal() -> Int? {
        guard bytes.count - position >= 4 else { return nil }
        var value = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else { return nil }
            value = value * 16 + digit
            position += 1
        }
        return value
    }
}
