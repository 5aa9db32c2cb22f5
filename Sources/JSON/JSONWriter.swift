// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Writes JSON into a buffer that is reused.
///
/// Commas are its business; that names alternate with values and what was begun is ended is the caller's. Everything
/// is written as it is in UTF-8, but for quotes, backslashes and control characters.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("price")
/// writer.number("649.40")
/// writer.endObject()
/// writer.bytes  // {"price":649.40}
/// ```
public struct JSONWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Makes a writer whose buffer has room for that many bytes before it grows.
    public init(reserving capacity: Int = 1024) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Begins anew and keeps the buffer.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// What was written so far as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Begins an object.
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Ends the object begun last.
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Begins an array.
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Ends the array begun last.
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes the name of a member, whose value is written next.
    public mutating func key(_ name: String) {
        separate()
        name.withBytes { appendQuoted($0) }
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        text.withBytes { appendQuoted($0) }
        needsComma = true
    }

    /// Writes a string that is given as UTF-8.
    public mutating func string(bytes text: UnsafeRawBufferPointer) {
        separate()
        appendQuoted(text)
        needsComma = true
    }

    /// Writes a number with exactly these characters, which the caller knows to be a JSON number.
    public mutating func number(_ text: String) {
        raw(text)
    }

    /// Writes a number with the digits it was written with.
    public mutating func number(_ decimal: DecimalText) {
        raw(decimal.text)
    }

    /// Writes an integer.
    public mutating func integer(_ value: Int64) {
        raw(String(value))
    }

    /// Writes a truth value.
    public mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes a null.
    public mutating func null() {
        raw("null")
    }

    /// Writes JSON text as it is, which the caller knows to be one value.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes JSON text as it is, which the caller knows to be one value.
    public mutating func raw(_ json: String) {
        json.withBytes { raw($0) }
    }

    /// Writes a parsed value with its exact source text.
    public mutating func value(_ value: JSONValue) {
        value.withRawBytes { raw($0) }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var written = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[written..<index])
            appendEscaped(byte)
            written = index + 1
        }
        bytes.append(contentsOf: text[written...])
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimal(byte >> 4))
            bytes.append(hexadecimal(byte & 15))
        }
    }

    private func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
