// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A point in time read from ISO 8601 text, in microseconds since 1970; for comparing versions only.
public enum Timestamp {
    /// The microseconds since 1970 of a text such as `2026-03-31T09:15:19.347Z`; nil where it is none or
    /// names a day that does not exist.
    ///
    /// Takes 0 to 9 digits of a second's fraction and `Z` or an offset; the fraction is cut to microseconds.
    public static func microseconds(_ text: String) -> Int64? {
        if let value = text.utf8.withContiguousStorageIfAvailable({ microseconds(Reader($0)) }) { return value }
        return Array(text.utf8).withUnsafeBufferPointer { microseconds(Reader($0)) }
    }

    private static func microseconds(_ start: Reader) -> Int64? {
        var reader = start
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take(" "), let hour = reader.number(2),
            reader.take(":"), let minute = reader.number(2), reader.take(":"), let second = reader.number(2),
            (1...12).contains(month), (1...days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60,
            second < 61
        else { return nil }
        let fraction = reader.fraction()
        guard let offset = reader.offsetInMinutes(), reader.isAtEnd else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        let seconds = Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second) - Int64(offset) * 60
        return seconds * 1_000_000 + fraction
    }

    /// What the text can say: the years 1 to 9999.
    private static let sayable: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// The text of a time in milliseconds since 1970: `2026-03-31T09:15:19.347Z`.
    ///
    /// A time before the year 1 or after 9999, which an event may claim, is the nearest that can be said.
    public static func text(milliseconds: Int64) -> String {
        write(milliseconds, length: 24)
    }

    /// The date of a time in milliseconds since 1970, in UTC: `2026-03-31`.
    public static func date(milliseconds: Int64) -> String {
        write(milliseconds, length: 10)
    }

    /// Calls `body` with the text of a time in milliseconds since 1970, in UTF-8 and valid during the call.
    static func withText(milliseconds: Int64, _ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            write(milliseconds, to: buffer)
            body(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The first characters of a time's text.
    private static func write(_ time: Int64, length: Int) -> String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(time, to: buffer)
            return length
        }
    }

    /// Writes the 24 characters of a time's text.
    private static func write(_ time: Int64, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let milliseconds = min(max(time, sayable.lowerBound), sayable.upperBound)
        let days = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
        let rest = Int(milliseconds - days * 86_400_000)
        let (year, month, day) = civil(days: Int(days))
        var position = 0
        func write(_ value: Int, _ width: Int, _ end: Unicode.Scalar) {
            var value = value
            var index = position + width
            buffer[index] = UInt8(ascii: end)
            position = index + 1
            for _ in 0..<width {
                index -= 1
                buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
                value /= 10
            }
        }
        write(year, 4, "-")
        write(month, 2, "-")
        write(day, 2, "T")
        write(rest / 3_600_000, 2, ":")
        write(rest / 60_000 % 60, 2, ":")
        write(rest / 1_000 % 60, 2, ".")
        write(rest % 1_000, 3, "Z")
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digit() -> Int? {
            guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
            position += 1
            return Int(bytes[position - 1]) - 0x30
        }

        mutating func number(_ width: Int) -> Int? {
            var value = 0
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// The fraction of a second in microseconds; 0 where there is none.
        mutating func fraction() -> Int64 {
            guard take(".") else { return 0 }
            var value: Int64 = 0
            var scale: Int64 = 100_000
            while let digit = digit() {
                value += Int64(digit) * scale
                scale /= 10
            }
            return value
        }

        mutating func offsetInMinutes() -> Int? {
            if take("Z") || take("z") { return 0 }
            let sign: Int
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = number(2) else { return nil }
            _ = take(":")
            guard let minutes = number(2) else { return nil }
            return sign * (hours * 60 + minutes)
        }
    }
}
