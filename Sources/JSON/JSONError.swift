// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not an acceptable JSON document, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// There is no byte, or nothing but white space.
        case empty
        /// The document has more bytes than the limit.
        case tooLarge(limit: Int)
        /// Arrays and objects are nested deeper than the limit.
        case tooDeep(limit: Int)
        /// The bytes are not UTF-8.
        case invalidUTF8
        /// Something that begins like a number is none in JSON's grammar.
        case invalidNumber
        /// The document ends inside a string, array or object.
        case unterminated
        /// There is more behind the document than white space.
        case trailingBytes
        /// Anything else that JSON's grammar refuses: wrong escapes and half surrogate pairs among it.
        case syntax
    }

    /// What is wrong.
    public let reason: Reason
    /// The byte where it is, counted from 0, where that is known.
    public let offset: Int?

    /// Makes an error.
    public init(reason: Reason, offset: Int? = nil) {
        self.reason = reason
        self.offset = offset
    }

    /// The reason in words, without anything of the document's contents.
    public var description: String {
        let place = offset.map { " at byte \($0)" } ?? ""
        return switch reason {
        case .empty: "JSON document is empty"
        case .tooLarge(let limit): "JSON document is larger than \(limit) bytes"
        case .tooDeep(let limit): "JSON document is nested deeper than \(limit) levels\(place)"
        case .invalidUTF8: "JSON document is not valid UTF-8\(place)"
        case .invalidNumber: "JSON document holds an invalid number\(place)"
        case .unterminated: "JSON document is cut short\(place)"
        case .trailingBytes: "JSON document is followed by other bytes\(place)"
        case .syntax: "JSON document has a syntax error\(place)"
        }
    }
}
