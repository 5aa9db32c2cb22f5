// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel
import SyncTestSupport

/// One change of a record that leaves it JSON: a member dropped, renamed, of another type, too long, too deep.
struct RecordMutation {
    var random: SeededGenerator
    private(set) var name = ""

    init(random: SeededGenerator) {
        self.random = random
    }

    /// Members on which much depends.
    private static let envelope = ["op", "ts_ms", "source", "before", "after", "payload", "schema"]
    private static let identity = [
        "systemId", "id", "lastModifiedDateTime", "number", "code", "lineNo", "sequence", "company", "documentId",
        "currencyCode", "itemId", "itemNo", "salesInvoiceLines", "unitPrice", "quantity",
    ]

    /// Changes a member of the event, of its image, or of something in it.
    mutating func apply(to tree: inout SourceValue) {
        guard case .object(let members) = tree, !members.isEmpty else {
            tree = other(tree)
            return
        }
        let names = members.keys.sorted()
        let known = names.filter { Self.envelope.contains($0) || Self.identity.contains($0) }
        let isKnown = !known.isEmpty && random.chance(50)
        let member = isKnown ? known[random.below(known.count)] : names[random.below(names.count)]
        // Most of what can go wrong lies in the image.
        if let inner = members[member], isContainer(inner), random.chance(80) {
            tree[member] = changedInside(inner)
        } else {
            change(member, of: &tree)
        }
    }

    private func isContainer(_ value: SourceValue) -> Bool {
        switch value {
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        case .null, .bool, .number, .text: false
        }
    }

    private mutating func changedInside(_ value: SourceValue) -> SourceValue {
        var value = value
        guard case .array(var elements) = value else {
            apply(to: &value)
            return value
        }
        let index = random.below(elements.count)
        switch random.below(5) {
        case 0:
            name = "element dropped"
            elements.remove(at: index)
        case 1:
            name = "element doubled"
            elements.append(elements[index])
        case 2:
            name = "element of another type"
            elements[index] = other(elements[index])
        default: apply(to: &elements[index])
        }
        return .array(elements)
    }

    private mutating func change(_ member: String, of tree: inout SourceValue) {
        let old = tree[member]
        switch random.below(8) {
        case 0: (name, tree[member]) = ("member dropped", nil)
        case 1:
            name = "member renamed"
            tree[member] = nil
            tree[["", member.uppercased(), "\(member) ", "\u{0}", "id", "op", "after"][random.below(7)]] = old
        case 2: (name, tree[member]) = ("another type", old.map { other($0) })
        case 3: (name, tree[member]) = ("number", .number(number()))
        case 4: (name, tree[member]) = ("text", .text(text()))
        case 5: (name, tree[member]) = ("identity", .text(identifier()))
        case 6: (name, tree[member]) = ("time", time())
        default: (name, tree[member]) = ("nested", nested(old ?? .null, 1 + random.below(90)))
        }
    }

    /// A value of another type.
    private mutating func other(_ value: SourceValue) -> SourceValue {
        let values: [SourceValue] = [
            .null, .bool(true), .bool(false), .number("0"), .number("-1.5"), .text(""), .text("false"), .array([]),
            .array([value]), .object([:]), .object(["id": value]),
        ]
        return values[random.below(values.count)]
    }

    private mutating func number() -> String {
        let digits = String(repeating: "9", count: 1 + random.below(500))
        let numbers = [
            "-0", "0.0", "1e400", "1e-400", "1E+2", "9223372036854775807", "9223372036854775808",
            "-9223372036854775809", "0.1000000000000000055511151231257827", digits, "-\(digits)", "0.\(digits)",
            "\(random.below(1_000_000)).\(random.below(100_000))", "1e999999999999",
        ]
        return numbers[random.below(numbers.count)]
    }

    private mutating func text() -> String {
        let texts = [
            "", " ", "\u{0}", "\r\n\t\u{7f}\u{1f}", "\u{2028}\u{feff}", "é", "e\u{301}", "🪑🏳️‍🌈", "'; --", "</script>",
            "%2F..%00", "\\\"", "null", "12", "0001-01-01T00:00:00Z", "a/b/c",
            String(repeating: "x", count: [64, 100, 101, 512, 2_049, 20_000][random.below(6)]),
            String(repeating: "🪑", count: 1 + random.below(400)),
        ]
        // Now and then more than is read at all.
        if random.isOneIn(400) { return String(repeating: "y", count: 1_000_001) }
        return texts[random.below(texts.count)]
    }

    private mutating func identifier() -> String {
        let id = NamedUUID.make("\(random.below(20))")
        return [
            id, id.uppercased(), "{\(id)}", String(id.dropLast()), "\(id) ", ChangeEvent.blankID, "1896-S",
            id.replacing("-", with: "_"), "\(id)/\(id)", "",
        ][random.below(10)]
    }

    private mutating func time() -> SourceValue {
        let times: [SourceValue] = [
            .text("0001-01-01T00:00:00Z"), .text("9999-12-31T23:59:59.9999999Z"), .text("2026-02-30T25:61:00Z"),
            .text("2026-03-01"), .text("2026-03-01T00:00:00+14:00"), .text("2026-03-01T00:00:00"), .text("now"),
            .number("-1"), .number("253402300799999"), .number("253402300800000"), .number("1.5"), .number("0"),
            .number("9223372036854775807"), .text("1775000000000"),
        ]
        return times[random.below(times.count)]
    }

    private mutating func nested(_ value: SourceValue, _ depth: Int) -> SourceValue {
        var value = value
        for _ in 0..<depth { value = random.chance(50) ? .array([value]) : .object(["x": value]) }
        return value
    }
}
