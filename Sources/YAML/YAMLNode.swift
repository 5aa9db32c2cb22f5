// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One value of a YAML document, and where it stands.
///
/// Mappings keep the order of the file. Scalars keep their text, so a number loses no digits; what a text means is
/// decided by the accessor that is asked.
public struct YAMLNode: Sendable {
    /// A key of a mapping, the line it stands in, and its value.
    public typealias Member = (key: String, keyLine: Int, value: YAMLNode)

    /// What a node holds.
    public enum Content: Sendable {
        /// A text; `isPlain` when it was written without quotes and not as a block, so that it may be a number or null.
        case scalar(String, isPlain: Bool)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with their values, in the order of the file; no key occurs twice.
        case mapping([Member])
    }

    /// The line the value begins in, counted from 1.
    public let line: Int
    /// The column the value begins in, counted from 1.
    public let column: Int
    /// The value.
    public let content: Content

    /// Makes a node.
    public init(line: Int, column: Int, content: Content) {
        self.line = line
        self.column = column
        self.content = content
    }

    /// True for an empty value, `~` and `null`.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// The text of a scalar; nil for null, lists and mappings.
    public var string: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// The value of plain `true`, `on`, `false` or `off`; nil for everything else, also for `yes` and `no`.
    public var bool: Bool? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        switch text {
        case "true", "on": return true
        case "false", "off": return false
        default: return nil
        }
    }

    /// The value of a plain decimal integer; nil for everything else and for what does not fit.
    public var int: Int? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        return Int(text)
    }

    /// The elements of a list; nil for everything else.
    public var items: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The members of a mapping in the order of the file; nil for everything else.
    public var members: [Member]? {
        guard case .mapping(let members) = content else { return nil }
        return members
    }

    /// The value under a key of a mapping; nil when there is no such key or this is no mapping.
    public subscript(_ key: String) -> YAMLNode? {
        members?.first { $0.key == key }?.value
    }

    /// What the value is, in words for an error.
    public var kind: String {
        switch content {
        case .scalar: isNull ? "null" : "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
