// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A decimal number as its digits: the integer that they spell, with the last `scale` of them behind the point.
///
/// Always canonical: no leading zeros, no trailing zeros behind the point, and zero has no digits and no sign. So equal
/// values have equal members.
struct DecimalDigits: Hashable, Sendable {
    static let zero = DecimalDigits(isNegative: false, digits: [], scale: 0)

    let isNegative: Bool
    /// From the most significant on, each 0 to 9.
    let digits: [UInt8]
    let scale: Int

    /// Makes the canonical form; a negative scale stands for zeros behind the last digit.
    init(isNegative: Bool, digits: [UInt8], scale: Int) {
        var kept = digits[...].drop { $0 == 0 }
        var scale = scale
        while scale > 0, kept.last == 0 {
            kept.removeLast()
            scale -= 1
        }
        var result = Array(kept)
        if result.isEmpty {
            scale = 0
        } else if scale < 0 {
            result.append(contentsOf: repeatElement(0, count: -scale))
            scale = 0
        }
        self.digits = result
        self.scale = scale
        self.isNegative = isNegative && !result.isEmpty
    }

    /// Reads a number in JSON's grammar; nil when it is none or has more than `limit` digits on a side of the point.
    init?(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        guard let number = DecimalGrammar(bytes) else { return nil }
        let significant = number.digits.drop { $0 == 0 }
        guard !significant.isEmpty else {
            self = .zero
            return
        }
        // Counted before anything is written out, so that a huge exponent costs nothing.
        let scale = number.fractionDigits - number.exponent
        let trailingZeros = significant.reversed().prefix { $0 == 0 }.count
        guard significant.count - scale <= limit, scale - trailingZeros <= limit else { return nil }
        self.init(
            isNegative: number.isNegative,
            digits: Array(significant.dropLast(trailingZeros)),
            scale: scale - trailingZeros
        )
    }

    var isZero: Bool { digits.isEmpty }

    var negated: DecimalDigits { DecimalDigits(isNegative: !isNegative, digits: digits, scale: scale) }

    /// Canonical plain notation.
    var text: String {
        guard !digits.isEmpty else { return "0" }
        var characters: [UInt8] = []
        characters.reserveCapacity(digits.count + scale + 3)
        if isNegative { characters.append(UInt8(ascii: "-")) }
        let integerCount = digits.count - scale
        if integerCount <= 0 { characters.append(UInt8(ascii: "0")) }
        characters.append(contentsOf: digits.prefix(max(0, integerCount)).map { $0 + UInt8(ascii: "0") })
        if scale > 0 {
            characters.append(UInt8(ascii: "."))
            characters.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, -integerCount)))
            characters.append(contentsOf: digits.suffix(scale).map { $0 + UInt8(ascii: "0") })
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
