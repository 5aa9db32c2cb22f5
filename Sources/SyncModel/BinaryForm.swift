// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

// Numbers and texts one behind the other, as the local state keeps them: integers little-endian, a text its length and
// its UTF-8. Written and read by one version of this project on one machine, so there are no names and no tags.

/// Writes into a buffer that is reused.
public struct BinaryWriter: ~Copyable {
    private var buffer: UnsafeMutableRawPointer
    private var capacity = 1_024
    private var count = 0

    /// Makes a writer with an empty buffer.
    public init() {
        buffer = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { buffer.deallocate() }

    /// Begins anew and keeps the buffer.
    public mutating func removeAll() {
        count = 0
    }

    /// Calls `body` with what was written, valid during the call.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: buffer, count: count))
    }

    /// Writes an integer, little-endian.
    @inline(__always)
    public mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        reserve(MemoryLayout<Number>.size)
        (buffer + count).storeBytes(of: number.littleEndian, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    /// Writes bytes behind their number.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        append(UInt32(truncatingIfNeeded: bytes.count))
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (buffer + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func append(_ text: String) {
        text.withBytes { append($0) }
    }

    mutating func append(_ text: String?) {
        if let text { append(text) } else { append(BinaryReader.none) }
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if capacity - count < additional { grow(by: additional) }
    }

    @inline(never)
    private mutating func grow(by additional: Int) {
        capacity = max(2 * capacity, count + additional)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        grown.copyMemory(from: buffer, byteCount: count)
        buffer.deallocate()
        buffer = grown
    }
}

/// Reads what was appended, in the same order.
struct BinaryReader {
    /// The length of a text that is none.
    static let none = UInt32.max

    /// What was not read yet.
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    /// - Throws: `Coupling.Unreadable` where the bytes end too early.
    @inline(__always)
    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(Coupling.Unreadable)
        -> Number
    {
        let size = MemoryLayout<Number>.size
        guard rest.count >= size else { throw Coupling.Unreadable(member: "its end") }
        let number = Number(littleEndian: rest.loadUnaligned(as: Number.self))
        skip(size)
        return number
    }

    /// The bytes of a text; nil: it is none.
    mutating func optionalBytes() throws(Coupling.Unreadable) -> UnsafeRawBufferPointer? {
        let count = try integer(UInt32.self)
        guard count != BinaryReader.none else { return nil }
        guard count <= rest.count else { throw Coupling.Unreadable(member: "its end") }
        let bytes = UnsafeRawBufferPointer(rebasing: rest[..<Int(count)])
        skip(Int(count))
        return bytes
    }

    mutating func bytes() throws(Coupling.Unreadable) -> UnsafeRawBufferPointer {
        guard let bytes = try optionalBytes() else { throw Coupling.Unreadable(member: "a text") }
        return bytes
    }

    mutating func optionalText() throws(Coupling.Unreadable) -> String? {
        try optionalBytes().map { String(decoding: $0, as: UTF8.self) }
    }

    mutating func text() throws(Coupling.Unreadable) -> String {
        String(decoding: try bytes(), as: UTF8.self)
    }

    /// A member of an enumeration of texts.
    mutating func member<Member: RawRepresentable>() throws(Coupling.Unreadable) -> Member
    where Member.RawValue == String {
        guard let member = Member(rawValue: try text()) else { throw Coupling.Unreadable(member: "a name") }
        return member
    }

    /// As many as the number that stands before them says.
    mutating func list(_ body: (inout BinaryReader) throws(Coupling.Unreadable) -> Void) throws(Coupling.Unreadable) {
        for _ in 0..<(try integer(UInt32.self)) { try body(&self) }
    }

    @inline(__always)
    private mutating func skip(_ count: Int) {
        rest = UnsafeRawBufferPointer(start: rest.baseAddress.map { $0 + count }, count: rest.count - count)
    }
}
