// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling
import YAML

/// Takes values out of YAML nodes and notes what is wrong with them, so that one reading finds all problems.
struct NodeReader {
    /// The file, as problems name it.
    let file: String
    /// What was found so far.
    private(set) var problems: [MappingProblem] = []

    init(file: String) {
        self.file = file
    }

    /// Notes a problem.
    mutating func note(_ reason: String, line: Int) {
        problems.append(MappingProblem(file: file, line: line, reason: reason))
    }

    /// Checks that a node is a mapping with known keys only; false if it is no mapping.
    mutating func checkKeys(of node: YAMLNode, known: [String], what: String) -> Bool {
        guard let members = node.members else {
            note("\(what) has to be a mapping of keys, not \(node.kind)", line: node.line)
            return false
        }
        for member in members where !known.contains(member.key) {
            let hint = NearestName.hint(for: member.key, among: known)
            note("unknown key `\(member.key)` in \(what)\(hint)", line: member.keyLine)
        }
        return true
    }

    /// The text under a key; nil if there is none, which is a problem if `isRequired`.
    mutating func text(_ node: YAMLNode, _ key: String, isRequired: Bool = false) -> String? {
        guard let value = node[key] else {
            if isRequired { note("`\(key)` is missing", line: node.line) }
            return nil
        }
        guard let text = value.string, !text.isEmpty else {
            note(
                "`\(key)` has to be a text, not \(value.string == nil ? value.kind : "an empty one")",
                line: value.line
            )
            return nil
        }
        return text
    }

    /// The switch under a key; false if there is none.
    mutating func flag(_ node: YAMLNode, _ key: String) -> Bool {
        guard let value = node[key] else { return false }
        guard let flag = value.bool else {
            note("`\(key)` has to be true or false\(shown(value))", line: value.line)
            return false
        }
        return flag
    }

    /// The positive whole number under a key; nil if there is none.
    mutating func count(_ node: YAMLNode, _ key: String, isRequired: Bool = false) -> Int? {
        guard let value = node[key] else {
            if isRequired { note("`\(key)` is missing", line: node.line) }
            return nil
        }
        guard let count = value.int, count > 0 else {
            note("`\(key)` has to be a whole number above 0\(shown(value))", line: value.line)
            return nil
        }
        return count
    }

    /// The texts of the list under a key; empty if there is none.
    mutating func texts(_ node: YAMLNode, _ key: String, isRequired: Bool = false) -> [String] {
        guard let value = node[key] else {
            if isRequired { note("`\(key)` is missing", line: node.line) }
            return []
        }
        guard let items = value.items else {
            note("`\(key)` has to be a list, as [a, b], not \(value.kind)", line: value.line)
            return []
        }
        if items.isEmpty { note("`\(key)` is an empty list", line: value.line) }
        return items.compactMap { item in
            if let text = item.string, !text.isEmpty { return text }
            note("`\(key)` has to be a list of texts, but holds \(item.kind)", line: item.line)
            return nil
        }
    }

    /// One of some words under a key; nil if there is none.
    mutating func choice<Value>(
        _ node: YAMLNode,
        _ key: String,
        among choices: [(word: String, value: Value)],
        isRequired: Bool = false
    ) -> Value? {
        guard let value = node[key] else {
            if isRequired { note("`\(key)` is missing", line: node.line) }
            return nil
        }
        if let chosen = choices.first(where: { $0.word == value.string }) { return chosen.value }
        let allowed = choices.map(\.word).joined(separator: ", ")
        note("`\(key)`\(shown(value)) is none of \(allowed)", line: value.line)
        return nil
    }

    /// One of an enumeration's raw values under a key; nil if there is none.
    mutating func choice<Value: RawRepresentable<String>>(
        _ node: YAMLNode,
        _ key: String,
        among values: [Value]
    ) -> Value? {
        choice(node, key, among: values.map { (word: $0.rawValue, value: $0) })
    }

    /// The value, for a message.
    private func shown(_ value: YAMLNode) -> String {
        value.string.map { " `\($0)`" } ?? ", which is \(value.kind),"
    }
}
