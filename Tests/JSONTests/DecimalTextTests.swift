// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SeededRandom
import Testing

@Suite struct DecimalTextTests {
    private func decimal(_ text: String) throws -> DecimalText { try #require(DecimalText(text)) }

    @Test(arguments: [
        ("649.40", "649.4"), ("1e-05", "0.00001"), ("-0.0", "0"), ("0", "0"), ("-0", "0"),
        ("0e99999999999999999999", "0"),
        ("100", "100"), ("1E2", "100"), ("1.5e+2", "150"), ("12.340e1", "123.4"), ("-1.200e-3", "-0.0012"),
        ("10.00", "10"),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.1"), ("0.000e5", "0"),
    ]) func hasACanonicalForm(text: String, expected: String) throws {
        let number = try decimal(text)
        #expect(number.text == text)
        #expect(number.normalized == expected)
        let canonical = try decimal(expected)
        #expect(number == canonical)
        #expect(number.hashValue == canonical.hashValue)
        #expect(canonical.normalized == expected)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e1", " 1", "1 ", "0x1", "NaN", "Infinity", "1,5", "--1",
        "1e1.0", "١",
        "1e400", "1e-401", "123e398", "1e99999999999999999999", "1e-99999999999999999999",
    ]) func refusesWhatIsNoNumberOrExplodes(text: String) {
        #expect(DecimalText(text) == nil)
    }

    @Test func readsEveryCanonicalFormAgain() throws {
        for text in [
            "1e399", "1e-400", "-9.99e399",
            String(repeating: "9", count: 400) + "." + String(repeating: "9", count: 400),
        ] {
            let number = try decimal(text)
            #expect(try decimal(number.normalized) == number)
        }
        #expect(DecimalText(String(repeating: "9", count: 401)) == nil)
        #expect(DecimalText("0." + String(repeating: "9", count: 401)) == nil)
        #expect(DecimalText("0." + String(repeating: "0", count: 4000)) == nil)
    }

    @Test func knowsItsSign() throws {
        #expect(try decimal("-0.01").isNegative)
        #expect(try !decimal("-0.0").isNegative && decimal("-0.0").isZero)
        #expect(try !decimal("0.01").isNegative && !decimal("0.01").isZero)
        #expect(try (-decimal("-2")).text == "2")
        #expect(DecimalText(Int64.min).text == "-9223372036854775808")
    }

    @Test(arguments: [
        ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("2.4999", 0, "2"), ("0.05", 1, "0.1"), ("0.04", 1, "0"), ("0.5", 0, "1"),
        ("0.05", 0, "0"), ("-0.4", 0, "0"), ("999.995", 2, "1000"), ("1.23", 5, "1.23"), ("649.40", 2, "649.4"),
        ("99.5", 0, "100"),
    ]) func roundsHalfAwayFromZero(text: String, fractionDigits: Int, expected: String) throws {
        #expect(try decimal(text).rounded(fractionDigits: fractionDigits).text == expected)
    }

    @Test(arguments: [
        ("1", "3", 5, "0.33333"), ("2", "3", 5, "0.66667"), ("-1", "8", 2, "-0.13"), ("1", "8", 3, "0.125"),
        ("100", "0.5", 0, "200"),
        ("0", "-7", 2, "0"), ("0.001", "1000", 2, "0"), ("5", "1000", 2, "0.01"),
        ("1", "1e-30", 0, "1000000000000000000000000000000"),
    ]) func divides(dividend: String, divisor: String, fractionDigits: Int, expected: String) throws {
        #expect(try decimal(dividend).divided(by: decimal(divisor), fractionDigits: fractionDigits)?.text == expected)
    }

    @Test func hasNoQuotientByZero() throws {
        #expect(try decimal("1").divided(by: decimal("0.00"), fractionDigits: 2) == nil)
    }

    /// Arithmetic against integers that hold all the digits.
    @Test func agreesWithExactIntegerArithmetic() throws {
        let seed = SeededGenerator.seed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let left = Scaled(random: &random)
            let right = Scaled(random: &random)
            let (leftText, rightText) = (try decimal(left.text), try decimal(right.text))
            let scale = max(left.scale, right.scale)
            let (leftUnits, rightUnits) = (left.units(at: scale), right.units(at: scale))
            let about: Comment = "seed \(seed): \(left.text), \(right.text)"
            #expect(leftText + rightText == (try decimal(Scaled(leftUnits + rightUnits, scale).text)), about)
            #expect(leftText - rightText == (try decimal(Scaled(leftUnits - rightUnits, scale).text)), about)
            let product = Scaled(left.units * right.units, left.scale + right.scale)
            #expect(leftText * rightText == (try decimal(product.text)), about)
            #expect((leftText < rightText) == (leftUnits < rightUnits), about)
            #expect((leftText == rightText) == (leftUnits == rightUnits), about)
            #expect((leftText.hashValue == rightText.hashValue) == (leftUnits == rightUnits), about)
            let fractionDigits = Int.random(in: 0...6, using: &random)
            if rightUnits != 0 {
                let quotient = Scaled.rounded(leftUnits * Scaled.power(fractionDigits), by: rightUnits)
                let expected = try decimal(Scaled(quotient, fractionDigits).text)
                #expect(leftText.divided(by: rightText, fractionDigits: fractionDigits) == expected, about)
            }
            let kept = Scaled.rounded(left.units * Scaled.power(fractionDigits), by: Scaled.power(left.scale))
            let rounded = leftText.rounded(fractionDigits: fractionDigits)
            #expect(rounded == (try decimal(Scaled(kept, fractionDigits).text)), about)
            #expect(rounded.text == rounded.normalized, about)
        }
    }
}

/// A decimal as an integer number of units of 10^-scale.
private struct Scaled {
    let units: Int128
    let scale: Int

    init(_ units: Int128, _ scale: Int) {
        self.units = units
        self.scale = scale
    }

    init(random: inout SeededGenerator) {
        let largest = Self.power(Int.random(in: 0...12, using: &random))
        units = Int128.random(in: -largest...largest, using: &random)
        scale = Int.random(in: 0...6, using: &random)
    }

    /// Written out with all its digits, trailing zeros too.
    var text: String {
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let fraction = scale == 0 ? "" : "." + padded.suffix(scale)
        return (units < 0 ? "-" : "") + padded.dropLast(scale) + fraction
    }

    func units(at wanted: Int) -> Int128 { units * Self.power(wanted - scale) }

    static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

    static func rounded(_ dividend: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = dividend.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let magnitude = Int128(remainder * 2 >= divisor.magnitude ? quotient + 1 : quotient)
        return (dividend < 0) == (divisor < 0) ? magnitude : -magnitude
    }
}
