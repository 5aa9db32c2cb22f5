// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// The JSON reader and writer: what is accepted is what the grammar accepts, and is the same when it was written again.
final class JSONTarget: FuzzTarget {
    private static let maximumDepth = 64
    private let document = JSONDocument(maximumBytes: 1 << 20, maximumDepth: maximumDepth)
    private let again = JSONDocument(maximumBytes: 8 << 20, maximumDepth: maximumDepth)

    init() {}

    func take(_ input: UnsafeRawBufferPointer) throws {
        var grammar = JSONGrammar(input, maximumDepth: Self.maximumDepth)
        let isAcceptable = grammar.accepts()
        do {
            try document.parse(input)
        } catch {
            expect(!isAcceptable, "refused what the grammar accepts: \(error)")
            expect(document.root.isNull, "something is left of a refused document")
            expect((error.offset ?? 0) <= input.count, "an error lies behind the end")
            return
        }
        expect(isAcceptable, "accepted what the grammar refuses")
        let root = document.root
        var writer = JSONWriter()
        Self.write(root, to: &writer)
        let copy = try writer.withBytes { bytes throws(JSONError) in try again.parse(bytes) }
        expect(Self.isSame(root, copy), "not the same when it was written again")
        writer.removeAll()
        writer.value(root)
        let raw = try writer.withBytes { bytes throws(JSONError) in try again.parse(bytes) }
        expect(Self.isSame(root, raw), "not the same as its raw text")
        compareWithFoundation(input, root)
    }

    private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value.kind {
        case .null: writer.null()
        case .bool: writer.bool(value.bool == true)
        case .number: if let int = value.int64 { writer.integer(int) } else { writer.number(value.rawText) }
        case .string: writer.string(value.string ?? "")
        case .array:
            writer.beginArray()
            for element in value.elements { write(element, to: &writer) }
            writer.endArray()
        case .object:
            writer.beginObject()
            for (key, member) in value.members {
                writer.key(key)
                write(member, to: &writer)
            }
            writer.endObject()
        }
    }

    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard left.kind == right.kind, left.count == right.count else { return false }
        switch left.kind {
        case .null: return true
        case .bool: return left.bool == right.bool
        // A negative zero is the one integer that is written without its sign.
        case .number: return left.int64 == right.int64 && (left.int64 != nil || left.rawText == right.rawText)
        case .string: return hasSameBytes(left.string, right.string)
        case .array: return zip(left.elements, right.elements).allSatisfy { isSame($0, $1) }
        case .object:
            for (one, other) in zip(left.members, right.members) {
                guard hasSameBytes(one.key, other.key), isSame(one.value, other.value) else { return false }
                let (found, same) = (left[one.key], right[one.key])
                expect(found != nil && same != nil, "a member is not found by its name")
            }
            return true
        }
    }

    /// Strings that look the same may be written differently, and must stay so.
    private static func hasSameBytes(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return Array(left.utf8) == Array(right.utf8)
    }

    /// Another reader sees the same, where it accepts the document.
    ///
    /// It has limits of its own, guesses encodings, and takes byte order marks out of strings.
    private func compareWithFoundation(_ input: UnsafeRawBufferPointer, _ root: JSONValue) {
        guard !input.prefix(4).contains(0), !input.contains(0xef),
            let other = try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)
        else { return }
        expect(Self.agrees(root, other), "another reader sees something else")
    }

    private static func agrees(_ value: JSONValue, _ other: Any) -> Bool {
        switch value.kind {
        case .null: return other is NSNull
        case .bool: return (other as? Bool) == value.bool
        case .number:
            guard let number = other as? NSNumber else { return false }
            return value.int64.map { number.int64Value == $0 } ?? true
        case .string: return hasSameBytes(value.string, other as? String)
        case .array:
            guard let array = other as? [Any], array.count == value.count else { return false }
            return zip(value.elements, array).allSatisfy { agrees($0, $1) }
        case .object:
            guard let object = other as? [String: Any] else { return false }
            // Of names that come twice the other keeps one, and takes names for equal that look the same.
            guard object.count == value.count else { return object.count < value.count }
            return value.members.allSatisfy { member in object[member.key].map { agrees(member.value, $0) } ?? false }
        }
    }
}
