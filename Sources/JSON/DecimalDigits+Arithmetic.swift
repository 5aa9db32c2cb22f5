// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// Schoolbook arithmetic on digits: numbers of business documents are short, and exactness is the point.
extension DecimalDigits {
    func adding(_ other: DecimalDigits) -> DecimalDigits {
        let scale = max(scale, other.scale)
        let left = digits(atScale: scale)
        let right = other.digits(atScale: scale)
        if isNegative == other.isNegative {
            return DecimalDigits(isNegative: isNegative, digits: Self.sum(left, right), scale: scale)
        }
        if Self.isLess(left, than: right) {
            return DecimalDigits(isNegative: other.isNegative, digits: Self.difference(right, left), scale: scale)
        }
        return DecimalDigits(isNegative: isNegative, digits: Self.difference(left, right), scale: scale)
    }

    func multiplied(by other: DecimalDigits) -> DecimalDigits {
        var product = [Int](repeating: 0, count: digits.count + other.digits.count)
        for (leftIndex, left) in digits.enumerated() {
            for (rightIndex, right) in other.digits.enumerated() {
                product[leftIndex + rightIndex + 1] += Int(left) * Int(right)
            }
        }
        var carry = 0
        for index in product.indices.reversed() {
            let sum = product[index] + carry
            product[index] = sum % 10
            carry = sum / 10
        }
        return DecimalDigits(
            isNegative: isNegative != other.isNegative,
            digits: product.map { UInt8($0) },
            scale: scale + other.scale
        )
    }

    /// The quotient with at most `scale` digits behind the point, rounded half away from zero; nil by zero.
    func divided(by divisor: DecimalDigits, scale: Int) -> DecimalDigits? {
        guard !divisor.isZero else { return nil }
        // Brought to integers whose quotient has the wanted scale.
        let shift = scale + divisor.scale - self.scale
        let dividend = digits + repeatElement(0, count: max(0, shift))
        let by = divisor.digits + repeatElement(0, count: max(0, -shift))
        var quotient: [UInt8] = []
        quotient.reserveCapacity(dividend.count + 1)
        var remainder: [UInt8] = []
        for digit in dividend {
            if !remainder.isEmpty || digit != 0 { remainder.append(digit) }
            var count: UInt8 = 0
            while !Self.isLess(remainder, than: by) {
                remainder = Self.difference(remainder, by)
                count += 1
            }
            quotient.append(count)
        }
        if !Self.isLess(Self.sum(remainder, remainder), than: by) { quotient = Self.sum(quotient, [1]) }
        return DecimalDigits(isNegative: isNegative != divisor.isNegative, digits: quotient, scale: scale)
    }

    /// The number with at most `scale` digits behind the point, rounded half away from zero.
    func rounded(scale: Int) -> DecimalDigits {
        let dropped = self.scale - scale
        guard dropped > 0 else { return self }
        guard dropped <= digits.count else { return .zero }
        let kept = Array(digits.dropLast(dropped))
        let isUp = digits[digits.count - dropped] >= 5
        return DecimalDigits(isNegative: isNegative, digits: isUp ? Self.sum(kept, [1]) : kept, scale: scale)
    }

    func isLess(than other: DecimalDigits) -> Bool {
        guard isNegative == other.isNegative else { return isNegative }
        let scale = max(scale, other.scale)
        let left = digits(atScale: scale)
        let right = other.digits(atScale: scale)
        return isNegative ? Self.isLess(right, than: left) : Self.isLess(left, than: right)
    }

    private func digits(atScale wanted: Int) -> [UInt8] {
        isZero ? [] : digits + repeatElement(0, count: wanted - scale)
    }

    // What follows works on integers: digits from the most significant on, without leading zeros where compared.

    private static func isLess(_ left: [UInt8], than right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }

    private static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: max(left.count, right.count) + 1)
        var carry: UInt8 = 0
        for place in 1...result.count {
            let leftDigit = place <= left.count ? left[left.count - place] : 0
            let rightDigit = place <= right.count ? right[right.count - place] : 0
            let digit = leftDigit + rightDigit + carry
            result[result.count - place] = digit % 10
            carry = digit / 10
        }
        return withoutLeadingZeros(result)
    }

    /// The difference of `left` and a `right` that is not greater.
    private static func difference(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var result = left
        var borrow: UInt8 = 0
        for place in 1...max(1, left.count) where place <= left.count {
            let subtrahend = (place <= right.count ? right[right.count - place] : 0) + borrow
            let digit = left[left.count - place]
            borrow = digit < subtrahend ? 1 : 0
            result[left.count - place] = digit + 10 * borrow - subtrahend
        }
        return withoutLeadingZeros(result)
    }

    private static func withoutLeadingZeros(_ digits: [UInt8]) -> [UInt8] {
        Array(digits.drop { $0 == 0 })
    }
}
