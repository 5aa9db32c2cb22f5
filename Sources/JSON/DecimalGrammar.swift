// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The parts of a number in JSON's grammar.
struct DecimalGrammar {
    /// An exponent beyond this is read as this: far outside every limit, and safe to add to.
    private static let largestExponent = 1_000_000

    private(set) var isNegative = false
    /// All digits as written, leading and trailing zeros included, each 0 to 9.
    private(set) var digits: [UInt8] = []
    /// How many of the digits stand behind the point.
    private(set) var fractionDigits = 0
    private(set) var exponent = 0

    /// Nil when the bytes are no number.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        digits.reserveCapacity(bytes.count)
        isNegative = Self.skip("-", in: &rest)
        let integer = Self.takeDigits(from: &rest)
        guard let first = integer.first, first != 0 || integer.count == 1 else { return nil }
        digits = integer
        if Self.skip(".", in: &rest) {
            let fraction = Self.takeDigits(from: &rest)
            guard !fraction.isEmpty else { return nil }
            digits += fraction
            fractionDigits = fraction.count
        }
        if Self.skip("e", in: &rest) || Self.skip("E", in: &rest) {
            let isExponentNegative = Self.skip("-", in: &rest)
            if !isExponentNegative { _ = Self.skip("+", in: &rest) }
            let written = Self.takeDigits(from: &rest)
            guard !written.isEmpty else { return nil }
            let size = written.reduce(0) { min($0 * 10 + Int($1), Self.largestExponent) }
            exponent = isExponentNegative ? -size : size
        }
        guard rest.isEmpty else { return nil }
    }

    private static func skip(_ character: Unicode.Scalar, in rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func takeDigits(from rest: inout Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        let digits = rest.prefix { $0 >= zero && $0 <= zero + 9 }
        rest = rest[digits.endIndex...]
        return digits.map { $0 - zero }
    }
}
