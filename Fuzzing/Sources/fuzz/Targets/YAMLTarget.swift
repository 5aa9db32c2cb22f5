// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import YAML

/// The YAML reader: a tree whose lines lie in the text, or one error with a line of it.
final class YAMLTarget: FuzzTarget {
    init() {}

    func take(_ input: UnsafeRawBufferPointer) {
        let text = String(decoding: input, as: UTF8.self)
        // Line ends as YAML knows them, counted generously.
        let lines = 2 + text.unicodeScalars.count { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) }
        do throws(YAMLError) {
            let root = try YAML.parse(text, file: "input")
            var nodes = 0
            look(at: root, lines: lines, nodes: &nodes)
            expect(nodes <= 2 * text.utf8.count + 2, "more nodes than the text has room for")
            guard let other = try? YAML.parse(text) else { fatalError("read once and refused once") }
            expect(Self.isSame(root, other), "read twice it is something else")
        } catch {
            expect(error.file == "input", "the error names another file")
            expect((0...lines).contains(error.line), "the error is in line \(error.line) of \(lines)")
            expect(!error.reason.isEmpty, "an error without a reason")
        }
    }

    private func look(at node: YAMLNode, lines: Int, nodes: inout Int) {
        nodes += 1
        expect((1...lines).contains(node.line), "a node lies in line \(node.line) of \(lines)")
        for item in node.items ?? [] { look(at: item, lines: lines, nodes: &nodes) }
        var names: Set<String> = []
        for member in node.members ?? [] {
            expect(names.insert(member.key).inserted, "a key comes twice")
            expect((1...lines).contains(member.keyLine), "a key lies in line \(member.keyLine) of \(lines)")
            look(at: member.value, lines: lines, nodes: &nodes)
        }
    }

    private static func isSame(_ left: YAMLNode, _ right: YAMLNode) -> Bool {
        guard left.line == right.line, left.kind == right.kind, left.string == right.string else { return false }
        let (items, others) = (left.items ?? [], right.items ?? [])
        let (members, namesakes) = (left.members ?? [], right.members ?? [])
        return items.count == others.count && members.count == namesakes.count
            && zip(items, others).allSatisfy { isSame($0, $1) }
            && zip(members, namesakes).allSatisfy { $0.key == $1.key && isSame($0.value, $1.value) }
    }
}
