// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Values by column, as both sides last agreed on them; an absent column is null.
///
/// They are few, and every event reads, compares and writes all of them in the order of their names. So they lie as
/// they are stored, one behind the other in one piece of memory, and are compared where they lie: a copy of a coupling
/// copies one reference, and an event that changes one value makes no text of the others.
public struct AgreedValues: Sendable, Hashable, Sequence, ExpressibleByDictionaryLiteral {
    /// Sorted by name; of each the lengths of name and value, then both in UTF-8.
    private(set) var bytes: [UInt8] = []

    /// Makes the values of columns; of several with one name the last counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (column, value) in elements { self[column] = value }
    }

    /// Reads the members that are texts; written by us, they are in order already.
    init(_ json: JSONValue) {
        guard json.kind == .object else { return }
        for (column, value) in json.members where value.kind == .string { self[column] = value.string }
    }

    /// Takes over what `bytes` held; nil where it is something else.
    init?(bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset < bytes.count {
            guard let entry = Entry(at: offset, in: bytes) else { return nil }
            offset = entry.end
        }
        self.bytes = Array(bytes)
    }

    /// The value of a column; nil where it is null.
    public subscript(column: String) -> String? {
        get {
            column.withBytes { name in
                bytes.withUnsafeBytes { bytes in
                    Entry(of: name, in: bytes).map { String(decoding: bytes[$0.value], as: UTF8.self) }
                }
            }
        }
        set {
            column.withBytes { name in
                if let newValue { newValue.withBytes { replace(name, by: $0) } } else { replace(name, by: nil) }
            }
        }
    }

    /// Whether the value of a column, in UTF-8 and valid during the call, passes a test; nil: it is null.
    public func value(
        of column: UnsafeRawBufferPointer,
        passes test: (UnsafeRawBufferPointer?) throws -> Bool
    ) rethrows -> Bool {
        try bytes.withUnsafeBytes { bytes in
            guard let entry = Entry(of: column, in: bytes) else { return try test(nil) }
            return try test(UnsafeRawBufferPointer(rebasing: bytes[entry.value]))
        }
    }

    /// Whether a column has this value; nil: whether it is null.
    public func has(_ column: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Bool {
        self.value(of: column) { agreed in
            guard let agreed, let value else { return agreed == nil && value == nil }
            return agreed.hasSameBytes(as: value)
        }
    }

    /// Whether these columns have the same values in both.
    public func isSame(as other: AgreedValues, on columns: [String]) -> Bool {
        bytes.withUnsafeBytes { own in
            other.bytes.withUnsafeBytes { others in
                // Mostly a copy of which nothing was changed.
                if own.baseAddress == others.baseAddress, own.count == others.count { return true }
                return columns.allSatisfy { column in
                    column.withBytes { name in
                        guard let one = Entry(of: name, in: own), let two = Entry(of: name, in: others) else {
                            return Entry(of: name, in: own) == nil && Entry(of: name, in: others) == nil
                        }
                        return UnsafeRawBufferPointer(rebasing: own[one.value])
                            .hasSameBytes(as: UnsafeRawBufferPointer(rebasing: others[two.value]))
                    }
                }
            }
        }
    }

    private mutating func replace(_ name: UnsafeRawBufferPointer, by value: UnsafeRawBufferPointer?) {
        let (place, isThere) = bytes.withUnsafeBytes { bytes in
            if let entry = Entry(of: name, in: bytes) { return (entry.start..<entry.end, true) }
            return (Entry.place(for: name, in: bytes), false)
        }
        guard let value else {
            if isThere { bytes.removeSubrange(place) }
            return
        }
        if isThere {
            let valueStart = place.lowerBound + Entry.headerLength + name.count
            bytes.replaceSubrange(valueStart..<place.upperBound, with: value)
            let length = UInt32(truncatingIfNeeded: value.count)
            bytes.withUnsafeMutableBytes {
                $0.storeBytes(of: length, toByteOffset: place.lowerBound + 4, as: UInt32.self)
            }
            return
        }
        var entry: [UInt8] = []
        entry.reserveCapacity(Entry.headerLength + name.count + value.count)
        for count in [name.count, value.count] {
            Swift.withUnsafeBytes(of: UInt32(truncatingIfNeeded: count)) { entry.append(contentsOf: $0) }
        }
        entry.append(contentsOf: name)
        entry.append(contentsOf: value)
        bytes.replaceSubrange(place, with: entry)
    }

    /// Whether nothing is agreed.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The columns with their values, in the order of their names.
    public func makeIterator() -> AnyIterator<(key: String, value: String)> {
        var offset = 0
        return AnyIterator {
            bytes.withUnsafeBytes { bytes in
                guard let entry = Entry(at: offset, in: bytes) else { return nil }
                offset = entry.end
                return (
                    String(decoding: bytes[entry.name], as: UTF8.self),
                    String(decoding: bytes[entry.value], as: UTF8.self)
                )
            }
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while let entry = Entry(at: offset, in: bytes) {
                writer.key(bytes: UnsafeRawBufferPointer(rebasing: bytes[entry.name]))
                writer.string(bytes: UnsafeRawBufferPointer(rebasing: bytes[entry.value]))
                offset = entry.end
            }
        }
        writer.endObject()
    }
}

/// Where a column's name and value lie among the others.
private struct Entry {
    static let headerLength = 8

    let start: Int
    let name: Range<Int>
    let value: Range<Int>

    var end: Int { value.upperBound }

    /// The entry that begins here; nil at the end, and where the rest is none.
    @inline(__always)
    init?(at start: Int, in bytes: UnsafeRawBufferPointer) {
        guard bytes.count - start >= Entry.headerLength else { return nil }
        let nameEnd =
            start + Entry.headerLength + Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        let end = nameEnd + Int(bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self))
        guard end <= bytes.count else { return nil }
        self.start = start
        name = (start + Entry.headerLength)..<nameEnd
        value = nameEnd..<end
    }

    /// The entry of a column.
    init?(of column: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return nil }
        // What is walked here was checked when it was taken over.
        var offset = 0
        while offset < bytes.count {
            let nameLength = Int(base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let name = offset + Entry.headerLength
            if nameLength == column.count,
                column.hasSameBytes(as: .init(start: base + name, count: nameLength))
            {
                self.init(at: offset, in: bytes)
                return
            }
            offset = name + nameLength + Int(base.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
        }
        return nil
    }

    /// Where the entry of a column that has none would stand.
    static func place(for column: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Range<Int> {
        var offset = 0
        while let entry = Entry(at: offset, in: bytes), bytes[entry.name].lexicographicallyPrecedes(column) {
            offset = entry.end
        }
        return offset..<offset
    }
}
