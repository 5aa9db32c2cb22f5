// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// Decimals: two lines that may be numbers, and the laws that hold for any two numbers.
final class DecimalTarget: FuzzTarget {
    init() {}

    func take(_ input: UnsafeRawBufferPointer) {
        let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = lines.map { number(String(decoding: $0, as: UTF8.self)) }
        for case let number? in numbers { look(at: number) }
        guard numbers.count == 2, let left = numbers[0], let right = numbers[1] else { return }
        calculate(left, right)
        divide(left, by: right)
        compareWithFoundation(left, right)
    }

    /// The number that a text is; JSON's grammar and the limits say whether it is one.
    private func number(_ text: String) -> DecimalText? {
        let number = DecimalText(text)
        var isNumber = false
        if let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) {
            var copy = text
            isNumber = copy.withUTF8 {
                var grammar = JSONGrammar(UnsafeRawBufferPointer($0), maximumDepth: 0)
                return grammar.accepts() && $0.last.map { (0x30...0x39).contains($0) } == true
            }
        }
        expect(number == nil || isNumber, "accepted what is no number")
        // Without exponent and not too long a number is inside the limits.
        let isSmall = !text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") } && text.utf8.count <= 300
        expect(number != nil || !isNumber || !isSmall, "refused a number")
        return number
    }

    private func look(at number: DecimalText) {
        let normal = number.normalized
        guard let again = DecimalText(normal) else { fatalError("its normal form is refused") }
        expect(again == number && again.normalized == normal, "its normal form is another number")
        expect(again.hashValue == number.hashValue, "equal numbers have different hashes")
        expect(!normal.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }, "an exponent in the normal form")
        expect(number.isZero == (normal == "0"), "zero is not written as 0")
        expect(number.isNegative == normal.hasPrefix("-"), "the sign is wrong")
        expect(-(-number) == number && (number + -number).isZero, "its negative is wrong")
        expect(!(number < number), "it is less than itself")
        for digits in [0, 2, 5] {
            let rounded = number.rounded(fractionDigits: digits)
            expect(rounded.rounded(fractionDigits: digits) == rounded, "rounded twice it is another number")
            expect(fractionDigits(rounded) <= digits, "rounded to \(digits) it has more digits")
            expect(isWithinHalf(number - rounded, ofPlace: digits), "rounded too far")
        }
    }

    private func fractionDigits(_ number: DecimalText) -> Int {
        let parts = number.normalized.split(separator: ".")
        return parts.count > 1 ? parts[1].utf8.count : 0
    }

    private func isWithinHalf(_ difference: DecimalText, ofPlace digits: Int, times factor: DecimalText = .init(1))
        -> Bool
    {
        let half = DecimalText("0.\(String(repeating: "0", count: digits))5") ?? DecimalText(0)
        let size = difference.isNegative ? -difference : difference
        return !(half * (factor.isNegative ? -factor : factor) < size)
    }

    private func calculate(_ left: DecimalText, _ right: DecimalText) {
        let sum = left + right
        expect(sum == right + left, "the sum depends on the order")
        expect(sum - right == left && sum - left == right, "taken away again it is another number")
        let product = left * right
        expect(product == right * left, "the product depends on the order")
        expect(sum * left == left * left + product, "the product is not distributive")
        expect((left < right) == (left - right).isNegative, "less, but the difference is not negative")
        expect((left == right) == (left - right).isZero, "equal, but the difference is not zero")
        let relations = [left < right, left == right, right < left].count { $0 }
        expect(relations == 1, "\(relations) of less, equal and greater hold")
    }

    private func divide(_ left: DecimalText, by right: DecimalText) {
        for digits in [0, 5] {
            guard let quotient = left.divided(by: right, fractionDigits: digits) else {
                return expect(right.isZero, "no quotient")
            }
            expect(!right.isZero, "a quotient by zero")
            expect(isWithinHalf(left - quotient * right, ofPlace: digits, times: right), "the quotient is too far off")
        }
    }

    /// Foundation's decimals have 38 digits: where a result fits, it is the same.
    private func compareWithFoundation(_ left: DecimalText, _ right: DecimalText) {
        let texts = [left.normalized, right.normalized]
        guard texts.allSatisfy({ $0.utf8.count <= 17 }),
            let one = Decimal(string: texts[0], locale: nil), let other = Decimal(string: texts[1], locale: nil)
        else { return }
        expect("\(one + other)" == (left + right).normalized, "the sum differs from Foundation's")
        expect("\(one * other)" == (left * right).normalized, "the product differs from Foundation's")
        expect((one < other) == (left < right), "the order differs from Foundation's")
    }
}
