// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A decimal number of any precision, kept as its text and never as a binary float.
///
/// Two numbers are equal when their values are, however they are written. The arithmetic is exact; its results are
/// written in canonical plain notation.
///
/// ```swift
/// DecimalText("649.40")?.text        // "649.40"
/// DecimalText("649.40")?.normalized  // "649.4"
/// DecimalText("649.40") == DecimalText("6.494e2")  // true
/// ```
public struct DecimalText: Sendable {
    /// Most digits before, and most digits behind, the decimal point of a number that is read, in plain notation.
    ///
    /// It keeps a number with a huge exponent from turning into as many digits.
    public static let maximumDigits = 400
    /// The longest text that is read as a number.
    static let maximumTextLength = 2048

    /// The number as written.
    public let text: String
    /// Whether it is written in canonical notation, as nearly all numbers are: then nothing has to be worked out.
    private let isCanonical: Bool

    /// Reads a number in JSON's grammar.
    ///
    /// Returns nil when the text is none, is longer than 2048 characters, or would need more than ``maximumDigits``
    /// digits before or behind the decimal point.
    public init?(_ text: String) {
        isCanonical = text.withBytes { Self.isCanonical($0) }
        let isAcceptable =
            isCanonical
            || text.withBytes { bytes in
                bytes.count <= Self.maximumTextLength && DecimalDigits(bytes, limit: Self.maximumDigits) != nil
            }
        guard isAcceptable else { return nil }
        self.text = text
    }

    /// Whether the bytes are a number in canonical notation, of no more digits than are always accepted.
    private static func isCanonical(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maximumDigits else { return false }
        var index = bytes.first == UInt8(ascii: "-") ? 1 : 0
        let start = index
        func skipDigits() {
            while index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") {
                index += 1
            }
        }
        skipDigits()
        let integerCount = index - start
        guard integerCount > 0, integerCount == 1 || bytes[start] != UInt8(ascii: "0") else { return false }
        // A negative zero is not canonical.
        if index == bytes.count { return start == 0 || bytes[start] != UInt8(ascii: "0") }
        guard bytes[index] == UInt8(ascii: ".") else { return false }
        index += 1
        let fraction = index
        skipDigits()
        return index == bytes.count && index > fraction && bytes[index - 1] != UInt8(ascii: "0")
    }

    /// Makes the decimal with that value.
    public init(_ value: Int64) {
        text = String(value)
        isCanonical = true
    }

    init(_ digits: DecimalDigits) {
        text = digits.text
        isCanonical = true
    }

    var digits: DecimalDigits {
        // What made the text accepted it, so there are digits; arithmetic may yield more than the limit for reading.
        text.withBytes { DecimalDigits($0, limit: .max) } ?? .zero
    }

    /// The number in canonical plain notation: no exponent, no needless zero, no negative zero.
    public var normalized: String { isCanonical ? text : digits.text }

    /// Whether the number is less than zero; a zero written with a sign is not.
    public var isNegative: Bool { isCanonical ? text.utf8.first == UInt8(ascii: "-") : digits.isNegative }

    /// Whether the number is zero.
    public var isZero: Bool { isCanonical ? text == "0" : digits.isZero }
}

extension DecimalText: Hashable, Comparable, CustomStringConvertible {
    /// Whether both have the same value.
    public static func == (left: DecimalText, right: DecimalText) -> Bool {
        left.text == right.text || left.digits == right.digits
    }

    /// Whether the left one's value is the lesser.
    public static func < (left: DecimalText, right: DecimalText) -> Bool {
        left.digits.isLess(than: right.digits)
    }

    /// Hashes the value: what is equal hashes equally.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(normalized)
    }

    /// The number as written.
    public var description: String { text }
}

extension DecimalText {
    /// The exact sum.
    public static func + (left: DecimalText, right: DecimalText) -> DecimalText {
        DecimalText(left.digits.adding(right.digits))
    }

    /// The exact difference.
    public static func - (left: DecimalText, right: DecimalText) -> DecimalText {
        DecimalText(left.digits.adding(right.digits.negated))
    }

    /// The exact product.
    public static func * (left: DecimalText, right: DecimalText) -> DecimalText {
        DecimalText(left.digits.multiplied(by: right.digits))
    }

    /// The number with its sign turned.
    public static prefix func - (number: DecimalText) -> DecimalText {
        DecimalText(number.digits.negated)
    }

    /// The quotient, rounded half away from zero; nil when the divisor is zero.
    ///
    /// - Parameters:
    ///   - divisor: What to divide by.
    ///   - fractionDigits: How many digits behind the decimal point are kept at most.
    /// - Returns: The quotient, or nil.
    public func divided(by divisor: DecimalText, fractionDigits: Int) -> DecimalText? {
        precondition(fractionDigits >= 0, "A number has no negative count of fraction digits.")
        return digits.divided(by: divisor.digits, scale: fractionDigits).map { DecimalText($0) }
    }

    /// The number rounded half away from zero.
    ///
    /// - Parameter fractionDigits: How many digits behind the decimal point are kept at most.
    /// - Returns: The nearest number with no more digits.
    public func rounded(fractionDigits: Int) -> DecimalText {
        precondition(fractionDigits >= 0, "A number has no negative count of fraction digits.")
        return DecimalText(digits.rounded(scale: fractionDigits))
    }
}
