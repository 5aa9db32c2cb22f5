// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CSimdjson

/// A reusable JSON parser that holds the document it parsed last.
///
/// Its buffers are kept from one parse to the next, so that parsing many documents of about the same size allocates
/// nothing. The values it hands out are views that end with the next parse.
///
/// ```swift
/// let document = JSONDocument()
/// let event = try document.parse(#"{"op":"c","after":{"unitPrice":649.40}}"#)
/// event["op"]?.string                        // "c"
/// event["after"]?["unitPrice"]?.numberText   // "649.40"
/// ```
public final class JSONDocument {
    private let parser: OpaquePointer
    private let maximumBytes: Int
    private let maximumDepth: Int
    private(set) var base: UnsafePointer<UInt8>
    private(set) var nodes: UnsafePointer<csimdjson_node>
    /// How often was parsed: tells a view whether it still is one.
    private(set) var generation: UInt32 = 0

    /// Makes a parser.
    ///
    /// - Parameters:
    ///   - maximumBytes: The longest document that is accepted, at most 1 GiB.
    ///   - maximumDepth: How deep arrays and objects may be nested; `[]` has depth 1.
    public init(maximumBytes: Int = 8 << 20, maximumDepth: Int = 64) {
        precondition(maximumBytes >= 0 && maximumBytes <= 1 << 30, "A document has between 0 and 2^30 bytes.")
        precondition(maximumDepth >= 0 && maximumDepth <= 1 << 20, "A document is at most 2^20 levels deep.")
        guard let parser = csimdjson_create(UInt32(maximumDepth)) else {
            preconditionFailure("There is no memory for a JSON parser.")
        }
        self.parser = parser
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        var document = csimdjson_document()
        // An empty document fails and leaves a null behind, which is what `root` is until something was parsed.
        _ = csimdjson_parse(parser, nil, 0, &document)
        base = document.base
        nodes = document.nodes
    }

    deinit {
        csimdjson_destroy(parser)
    }

    /// The outermost value of the document parsed last; null when nothing was parsed yet or the last parse failed.
    public var root: JSONValue {
        JSONValue(document: self, index: 0, generation: generation)
    }

    /// Parses a copy of the bytes and returns the outermost value; all values handed out before are no longer valid.
    ///
    /// The whole document is checked at once, numbers and escapes included, so reading values cannot fail later.
    ///
    /// - Throws: ``JSONError``; ``root`` is null then.
    @discardableResult
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        if let error = load(bytes) { throw error }
        return root
    }

    /// Parses the bytes, as ``parse(_:)-(UnsafeRawBufferPointer)`` does.
    @discardableResult
    public func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        if let error = bytes.withUnsafeBytes({ load($0) }) { throw error }
        return root
    }

    /// Parses the text, as ``parse(_:)-(UnsafeRawBufferPointer)`` does.
    @discardableResult
    public func parse(_ text: String) throws(JSONError) -> JSONValue {
        if let error = text.withBytes({ load($0) }) { throw error }
        return root
    }

    private func load(_ bytes: UnsafeRawBufferPointer) -> JSONError? {
        generation &+= 1
        let isTooLarge = bytes.count > maximumBytes
        var document = csimdjson_document()
        let code = csimdjson_parse(parser, bytes.baseAddress, isTooLarge ? 0 : bytes.count, &document)
        base = document.base
        nodes = document.nodes
        if isTooLarge { return JSONError(reason: .tooLarge(limit: maximumBytes)) }
        if code == 0 { return nil }
        return error(code, at: document.error_offset < 0 ? nil : Int(document.error_offset))
    }

    private func error(_ code: Int32, at offset: Int?) -> JSONError {
        let reason: JSONError.Reason =
            switch UInt32(bitPattern: code) {
            case CSIMDJSON_EMPTY.rawValue: .empty
            case CSIMDJSON_TOO_DEEP.rawValue: .tooDeep(limit: maximumDepth)
            case CSIMDJSON_INVALID_UTF8.rawValue: .invalidUTF8
            case CSIMDJSON_INVALID_NUMBER.rawValue: .invalidNumber
            case CSIMDJSON_UNTERMINATED.rawValue: .unterminated
            case CSIMDJSON_TRAILING_BYTES.rawValue: .trailingBytes
            case CSIMDJSON_NO_MEMORY.rawValue: .tooLarge(limit: maximumBytes)
            default: .syntax
            }
        return JSONError(reason: reason, offset: offset)
    }
}
