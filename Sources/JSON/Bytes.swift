// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension UnsafeRawBufferPointer {
    /// Whether both buffers hold the same bytes.
    ///
    /// Names and values are short, and this is asked of each of them: so it is put where it is asked.
    @inlinable
    @inline(__always)
    public func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        var index = 0
        while index + 8 <= count {
            let same =
                left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard same else { return false }
            index += 8
        }
        while index < count {
            let same =
                left.load(fromByteOffset: index, as: UInt8.self) == right.load(fromByteOffset: index, as: UInt8.self)
            guard same else { return false }
            index += 1
        }
        return true
    }
}

extension String {
    /// Calls `body` with the string's UTF-8, without a copy where the string's storage allows it.
    @inlinable
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable({ try body(UnsafeRawBufferPointer($0)) }) {
            return result
        }
        return try Array(utf8).withUnsafeBytes(body)
    }
}

extension Int64 {
    /// The integer that the bytes (a number in JSON's grammar) spell; nil with a fraction, an exponent or out of range.
    init?(decimalDigits bytes: UnsafeRawBufferPointer) {
        let isNegative = bytes.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            // Counted downwards, since the smallest integer has no positive counterpart.
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (difference, isTooSmall) = product.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooSmall else { return nil }
            value = difference
        }
        if !isNegative {
            guard value != .min else { return nil }
            value = -value
        }
        self = value
    }
}
