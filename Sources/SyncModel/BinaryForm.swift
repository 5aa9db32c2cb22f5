// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// Numbers and texts one behind the other, as the local state keeps them: integers little-endian, a text its length and
// its UTF-8. Written and read by one version of this project on one machine, so there are no names and no tags.

extension [UInt8] {
    mutating func appendInteger<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    mutating func appendBytes(_ bytes: [UInt8]) {
        appendInteger(UInt32(truncatingIfNeeded: bytes.count))
        append(contentsOf: bytes)
    }

    mutating func appendText(_ text: String) {
        appendInteger(UInt32(truncatingIfNeeded: text.utf8.count))
        append(contentsOf: text.utf8)
    }

    mutating func appendText(_ text: String?) {
        if let text { appendText(text) } else { appendInteger(BinaryReader.none) }
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

    private mutating func skip(_ count: Int) {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
}
