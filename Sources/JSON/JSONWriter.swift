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
public struct JSONWriter: ~Copyable {
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes were written so far.
    public private(set) var count = 0
    private var needsComma = false

    /// Makes a writer whose buffer has room for that many bytes before it grows.
    public init(reserving capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        buffer = .allocate(capacity: self.capacity)
    }

    deinit { buffer.deallocate() }

    /// Begins anew and keeps the buffer.
    public mutating func removeAll() {
        count = 0
        needsComma = false
    }

    /// A copy of what was written so far.
    public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer, count: count)) }

    /// What was written so far as text.
    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with what was written so far, without a copy.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: buffer, count: count))
    }

    /// Begins an object.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Ends the object begun last.
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Begins an array.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Ends the array begun last.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes the name of a member, whose value is written next.
    public mutating func key(_ name: String) {
        name.withBytes { appendQuoted($0) }
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of a member that is known in advance and needs no escapes.
    public mutating func member(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length + 4)
        if needsComma { appendReserved(UInt8(ascii: ",")) }
        appendReserved(UInt8(ascii: "\""))
        UnsafeMutableRawPointer(buffer + count).copyMemory(from: name.utf8Start, byteCount: length)
        count += length
        appendReserved(UInt8(ascii: "\""))
        appendReserved(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of a member, given as UTF-8, whose value is written next.
    public mutating func key(bytes name: UnsafeRawBufferPointer) {
        appendQuoted(name)
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        text.withBytes { appendQuoted($0) }
    }

    /// Writes a string that is given as UTF-8.
    public mutating func string(bytes text: UnsafeRawBufferPointer) {
        appendQuoted(text)
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
        separate()
        // From the last digit on, behind the place where they belong.
        let longest = 20
        reserve(2 * longest)
        let end = buffer + count + 2 * longest
        var first = end
        var rest = value.magnitude
        repeat {
            first -= 1
            first.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 {
            first -= 1
            first.pointee = UInt8(ascii: "-")
        }
        (buffer + count).update(from: first, count: end - first)
        count += end - first
    }

    /// Writes a truth value.
    public mutating func bool(_ value: Bool) {
        word(value ? "true" : "false")
    }

    /// Writes a null.
    public mutating func null() {
        word("null")
    }

    /// Writes JSON text as it is, which the caller knows to be one value.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        append(json)
    }

    /// Writes JSON text as it is, which the caller knows to be one value.
    public mutating func raw(_ json: String) {
        json.withBytes { raw($0) }
    }

    /// Writes a parsed value with its exact source text.
    public mutating func value(_ value: JSONValue) {
        value.withRawBytes { raw($0) }
    }

    @inline(__always)
    private mutating func word(_ word: StaticString) {
        separate()
        append(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        append(bracket)
        needsComma = true
    }

    /// Puts the comma before a value, where one is due, and makes it due behind it.
    @inline(__always)
    private mutating func separate() {
        if needsComma { append(UInt8(ascii: ",")) }
        needsComma = true
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if capacity - count < additional { grow(by: additional) }
    }

    @inline(never)
    private mutating func grow(by additional: Int) {
        let larger = max(2 * capacity, count + additional)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        grown.update(from: buffer, count: count)
        buffer.deallocate()
        buffer = grown
        capacity = larger
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        buffer[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func append(_ text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress else { return }
        reserve(text.count)
        UnsafeMutableRawPointer(buffer + count).copyMemory(from: start, byteCount: text.count)
        count += text.count
    }

    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        // The usual length at once, so that the appends find room.
        reserve(text.count + 3)
        if needsComma { appendReserved(UInt8(ascii: ",")) }
        needsComma = true
        appendReserved(UInt8(ascii: "\""))
        let plain = appendBeforeEscape(text)
        if plain < text.count { appendEscaping(UnsafeRawBufferPointer(rebasing: text[plain...])) }
        append(UInt8(ascii: "\""))
    }

    /// Appends what stands before the first byte that JSON wants escaped, and tells how much that was.
    ///
    /// There must be room for the text.
    @inline(__always)
    private mutating func appendBeforeEscape(_ text: UnsafeRawBufferPointer) -> Int {
        guard let source = text.baseAddress else { return 0 }
        let target = UnsafeMutableRawPointer(buffer + count)
        let length = text.count
        var index = 0
        while index + 8 <= length {
            let bytes = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if bytes.hasEscape { break }
            target.storeBytes(of: bytes, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        // What is left of a longer text is looked at and copied with what stands before it.
        if index < length, length >= 8, index + 8 > length {
            let bytes = source.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
            if !bytes.hasEscape {
                target.storeBytes(of: bytes, toByteOffset: length - 8, as: UInt64.self)
                index = length
            }
        }
        while index < length {
            let byte = source.load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x20 || byte == 0x22 || byte == 0x5c { break }
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index += 1
        }
        count += index
        return index
    }

    /// Appends a text that begins with a byte to be escaped.
    @inline(never)
    private mutating func appendEscaping(_ text: UnsafeRawBufferPointer) {
        var rest = text
        while let byte = rest.first {
            appendEscaped(byte)
            rest = UnsafeRawBufferPointer(rebasing: rest[1...])
            reserve(rest.count)
            let plain = appendBeforeEscape(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[plain...])
        }
    }

    @inline(__always)
    private mutating func appendReserved(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(UInt8(ascii: "u"))
            append(UInt8(ascii: "0"))
            append(UInt8(ascii: "0"))
            append(hexadecimal(byte >> 4))
            append(hexadecimal(byte & 15))
        }
    }

    private func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension UInt64 {
    /// Whether JSON wants one of eight bytes escaped: a control character, a quote or a backslash; at worst true where it
    /// does not.
    @inline(__always)
    fileprivate var hasEscape: Bool {
        // A byte's highest bit becomes set where the byte is one of them (or, at worst, one above).
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quotes = self ^ (ones &* 0x22)
        let backslashes = self ^ (ones &* 0x5c)
        let controls = (self &- ones &* 0x20) & ~self
        let found = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return found & highs != 0
    }
}
