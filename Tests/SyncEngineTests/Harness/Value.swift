// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A JSON value that tests write and change.
indirect enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as written.
    case number(String)
    case text(String)
    case array([Value])
    case object([String: Value])

    init(_ json: JSONValue) {
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(json.bool ?? false)
        case .number: self = .number(json.numberText ?? "0")
        case .string: self = .text(json.string ?? "")
        case .array: self = .array(json.elements.map { Value($0) })
        case .object: self = .object(Dictionary(json.members.map { ($0.key, Value($0.value)) }) { first, _ in first })
        }
    }

    subscript(_ name: String) -> Value? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[name]
        }
        set {
            guard case .object(var members) = self else { return }
            members[name] = newValue
            self = .object(members)
        }
    }

    /// The text, or a number as written; nil for anything else.
    var text: String? {
        switch self {
        case .text(let text), .number(let text): text
        default: nil
        }
    }

    var elements: [Value] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// This object with other members; nil takes one away.
    func with(_ changes: [String: Value?]) -> Value {
        var copy = self
        for (name, value) in changes { copy[name] = value }
        return copy
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let text): writer.number(text)
        case .text(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(String(number)) }
    init(booleanLiteral flag: Bool) { self = .bool(flag) }
    init(arrayLiteral elements: Value...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, Value)...) { self = .object(Dictionary(members) { _, last in last }) }
}
