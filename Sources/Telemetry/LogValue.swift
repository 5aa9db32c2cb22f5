// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The value of a field in a log line.
public enum LogValue: Sendable, Equatable {
    /// A text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// Any other number.
    case double(Double)
    /// A truth.
    case bool(Bool)

    /// Makes a whole number of any integer; one that does not fit becomes a text.
    public init(_ value: some BinaryInteger) {
        self = Int64(exactly: value).map { .integer($0) } ?? .string("\(value)")
    }

    /// Makes a text.
    public init(_ value: String) { self = .string(value) }

    /// Makes the number of seconds in a duration.
    public init(seconds duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .double(Double(seconds) + Double(attoseconds) / 1e18)
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Makes a text of a literal, also of one with values in it.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes a whole number of a literal.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Makes a number of a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Makes a truth of a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
