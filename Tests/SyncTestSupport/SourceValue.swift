// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A JSON value of a source record, to be copied and changed.
public indirect enum SourceValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as written.
    case number(String)
    case text(String)
    case array([SourceValue])
    case object([String: SourceValue])

    /// Copies a parsed value.
    public init(_ json: JSONValue) {
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(json.bool ?? false)
        case .number: self = .number(json.numberText ?? "0")
        case .string: self = .text(json.string ?? "")
        case .array: self = .array(json.elements.map { SourceValue($0) })
        case .object:
            self = .object(Dictionary(json.members.map { ($0.key, SourceValue($0.value)) }) { first, _ in first })
        }
    }

    /// A member of an object; setting nil takes it away.
    public subscript(_ name: String) -> SourceValue? {
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

    /// A member's text, or its number as written; empty where there is none.
    public func text(_ name: String) -> String {
        switch self[name] {
        case .text(let text), .number(let text): text
        default: ""
        }
    }

    /// Whether a member is true.
    public func isTrue(_ name: String) -> Bool { self[name] == .bool(true) }

    /// The elements of a member that is an array.
    public func elements(_ name: String) -> [SourceValue] {
        guard case .array(let elements) = self[name] else { return [] }
        return elements
    }

    /// Writes the value, members in the order of their names; decimals as text where a database connector does so.
    public func write(to writer: inout JSONWriter, decimalsAsText: Bool = false) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let text): if decimalsAsText { writer.string(text) } else { writer.number(text) }
        case .text(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer, decimalsAsText: decimalsAsText) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                value.write(to: &writer, decimalsAsText: decimalsAsText)
            }
            writer.endObject()
        }
    }
}
