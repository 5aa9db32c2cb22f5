// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CSimdjson

/// A value of a parsed document: a view into its parser's buffers, valid until that parser's next parse.
///
/// Reading it afterwards is a programmer's mistake and stops the process. What is read out of it (a `String`, say) is
/// a copy and stays.
public struct JSONValue {
    /// The kinds of values that JSON has.
    public enum Kind: Sendable {
        case null, bool, number, string, array, object
    }

    let document: JSONDocument
    let index: UInt32
    let generation: UInt32

    /// The node that the value is a view of; every access comes through here.
    var node: UnsafePointer<csimdjson_node> {
        precondition(generation == document.generation, "A JSON value was used after its parser's next parse.")
        return document.nodes + Int(index)
    }

    /// Which kind of value this is.
    public var kind: Kind { Kind(node.pointee) }

    func isKind(_ kind: csimdjson_kind) -> Bool {
        node.pointee.kind == kind.rawValue
    }

    /// Whether this is `null`.
    public var isNull: Bool { isKind(CSIMDJSON_NULL) }

    /// The truth value; nil when this is none.
    public var bool: Bool? {
        if isKind(CSIMDJSON_TRUE) { return true }
        return isKind(CSIMDJSON_FALSE) ? false : nil
    }

    /// The string without its escapes; nil when this is no string.
    public var string: String? {
        withStringBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The number, where it is written without fraction and exponent and fits; nil otherwise.
    public var int64: Int64? {
        guard isKind(CSIMDJSON_NUMBER) else { return nil }
        return withRawBytes { Int64(decimalDigits: $0) }
    }

    /// The number exactly as written; nil when this is no number.
    public var numberText: String? {
        isKind(CSIMDJSON_NUMBER) ? rawText : nil
    }

    /// Number of elements or members (a repeated name counts each time); 0 for anything but an array or object.
    public var count: Int { Int(node.pointee.count) }

    /// Calls `body` with the string's bytes, escapes resolved; returns nil without calling it when this is no string.
    public func withStringBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        guard isKind(CSIMDJSON_STRING) else { return nil }
        return try withExtendedLifetime(document) {
            try body(text(of: node))
        }
    }

    /// Whether this is the string `other`, byte for byte.
    public func stringEquals(_ other: String) -> Bool {
        withStringBytes { bytes in other.withBytes { bytes.hasSameBytes(as: $0) } } ?? false
    }

    /// The value's exact source text.
    public var rawText: String {
        withRawBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the value's exact source text, without white space around it.
    public func withRawBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let node = node
        return try withExtendedLifetime(document) {
            let count = Int(node.pointee.end - node.pointee.start)
            return try body(UnsafeRawBufferPointer(start: document.base + Int(node.pointee.start), count: count))
        }
    }

    /// The unescaped text of a string's node; valid as long as the value.
    func text(of node: UnsafePointer<csimdjson_node>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: document.base + Int(node.pointee.text), count: Int(node.pointee.text_length))
    }
}

extension JSONValue.Kind {
    init(_ node: csimdjson_node) {
        switch csimdjson_kind(node.kind) {
        case CSIMDJSON_NULL: self = .null
        case CSIMDJSON_FALSE, CSIMDJSON_TRUE: self = .bool
        case CSIMDJSON_NUMBER: self = .number
        case CSIMDJSON_STRING: self = .string
        case CSIMDJSON_ARRAY: self = .array
        default: self = .object
        }
    }
}
