// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The decoder over one node; errors carry the node's line.
struct NodeDecoder: Decoder {
    let node: YAMLNode
    let file: String?
    let unknownKeys: YAML.UnknownKeys
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = node.members else { throw mismatch("a mapping") }
        // A key type with fixed cases makes none from an unknown text; one for any key makes one from every text.
        if unknownKeys == .refused, let stranger = members.first(where: { Key(stringValue: $0.key) == nil }) {
            throw YAMLError(file: file, line: stranger.keyLine, reason: "unknown key '\(stranger.key)'")
        }
        return KeyedDecodingContainer(MemberContainer(decoder: self, members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let items = node.items else { throw mismatch("a list") }
        return ItemContainer(decoder: self, items: items)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ScalarContainer(decoder: self)
    }

    /// The decoder of a value inside this one.
    func child(_ node: YAMLNode, _ key: any CodingKey) -> NodeDecoder {
        NodeDecoder(node: node, file: file, unknownKeys: unknownKeys, codingPath: codingPath + [key])
    }

    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try Value(from: self)
    }

    func text() throws -> String {
        guard let text = node.string else { throw mismatch("a text") }
        return text
    }

    func bool() throws -> Bool {
        guard let bool = node.bool else { throw mismatch("on or off, true or false") }
        return bool
    }

    func number<Number: LosslessStringConvertible>(_ type: Number.Type) throws -> Number {
        guard case .scalar(let text, isPlain: true) = node.content, let number = Number(text) else {
            throw mismatch("a number of type \(type)")
        }
        return number
    }

    private func mismatch(_ wanted: String) -> YAMLError {
        let name = codingPath.last.map { key in key.intValue == nil ? "'\(key.stringValue)' " : "" } ?? ""
        let found: String
        if case .scalar(let text, _) = node.content, !node.isNull {
            found = "'\(text.prefix(60))'"
        } else {
            found = node.kind
        }
        return YAMLError(file: file, line: node.line, reason: "\(name)must be \(wanted), not \(found)")
    }
}
