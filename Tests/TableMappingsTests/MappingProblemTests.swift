// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TableMappings

@Suite("What is wrong in a mapping file is said with its line")
struct MappingProblemTests {
    private func problems(ofField field: String) -> [String] {
        MappingText.problems(MappingText.mapping("A", fields: ["{property: a, column: a}", field]))
    }

    @Test("a valid mapping has no problems")
    func valid() {
        #expect(problems(ofField: "{property: b, column: b, max-length: 20, too-long: cut}") == [])
    }

    @Test(
        "a field's problems",
        arguments: [
            ("{property: b, colum: b}", "unknown key `colum` in a field mapping; did you mean `column`?"),
            ("{property: b}", "`column` is missing"),
            (
                "{column: b}",
                "`property` is missing; a field without it needs a `constant`, a `lookup` or `by-rule: true`"
            ),
            ("{property: b, column: b, constant: 1}", "`property` and `constant` exclude each other"),
            (
                "{property: b, column: b, type: money}",
                "`type` `money` is none of text, decimal, integer, boolean, date, option, lookup, entity-name, owner"
            ),
            ("{property: b, column: b, max-length: 0}", "`max-length` has to be a whole number above 0 `0`"),
            ("{property: b, column: b, max-length: long}", "`max-length` has to be a whole number above 0 `long`"),
            (
                "{property: b, column: b, type: date, max-length: 9}", "`max-length` goes with type text, not date"
            ),
            ("{property: b, column: b, too-long: cut}", "`too-long` needs a `max-length`"),
            ("{property: b, column: b, by-rule: maybe}", "`by-rule` has to be true or false `maybe`"),
            ("{property: b, column: b, options: {X: 1}}", "`options` go with type option, not text"),
            ("{property: b, column: b, type: option, options: {X: one}}", "option `X` needs a whole number"),
            ("{property: b, column: b, type: lookup}", "type lookup needs a `lookup`"),
            ("{column: b, type: boolean, constant: 1}", "the constant of a boolean is true or false, not `1`"),
            ("{property: b, column: a}", "column `a` is already in line 8, without conditions that exclude each other"),
        ]
    )
    func field(text: String, reason: String) {
        #expect(problems(ofField: text).contains("a.yaml:9: \(reason)"), "\(problems(ofField: text))")
    }

    @Test("a column may be mapped twice under settings that exclude each other")
    func exclusive() {
        let on = "{property: b, column: b, condition: unit-groups}"
        let fields = [on, "{property: c, column: b, condition: no-unit-groups}"]
        #expect(MappingText.problems(MappingText.mapping("A", fields: fields)) == [])
        let overlapping = [on, "{property: c, column: b, condition: price-lists}"]
        #expect(MappingText.problems(MappingText.mapping("A", fields: overlapping)).count == 1)
    }

    @Test("all problems of all files are found at once")
    func all() {
        let first = MappingText.mapping("A", extra: "on-leave: retire", fields: ["{property: b, colum: b}"])
        let second = MappingText.mapping("B", extra: "direction-of: x", fields: ["{property: b, column: b, type: txt}"])
        let lines = MappingText.problems(first, second).map { $0.prefix(while: { $0 != " " }) }
        #expect(lines == ["a.yaml:6:", "a.yaml:8:", "a.yaml:8:", "b.yaml:6:", "b.yaml:8:"])
    }

    @Test("a name holds nothing that divides keys")
    func name() {
        let fields = ["{property: b, column: b}"]
        #expect(MappingText.problems(MappingText.mapping("A-B (c) ä", fields: fields)) == [])
        #expect(
            MappingText.problems(MappingText.mapping("\"A#/B\"", fields: fields)) == [
                "a.yaml:1: `name` may hold no #, since the keys of the local state are divided by it",
                "a.yaml:1: `name` may hold no slash, since pair keys are divided by it",
            ]
        )
    }

    @Test("a table's missing parts are named")
    func missing() {
        let text = "name: A\ndirection: up\nbusiness-central: {table: X}\nfields: []\n"
        #expect(
            MappingText.problems(text) == [
                "a.yaml:1: `dataverse` is missing",
                "a.yaml:2: `direction` `up` is none of bidirectional, to-dataverse, from-dataverse",
                "a.yaml:3: `entities` is missing",
                "a.yaml:3: `number` is missing",
                "a.yaml:4: `fields` has to be a list of field mappings, not an empty one",
            ]
        )
    }

    @Test("what is no YAML is said with its line")
    func noYAML() {
        let problems = MappingText.problems("name: A\nname: B\n")
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("a.yaml:2: ") == true)
    }

    @Test("references have to lead somewhere, by a key of the right length")
    func references() {
        let unknown = MappingText.mapping("A", fields: [MappingText.lookup("ITEM PRODUCT")])
        let item = MappingText.mapping("ITEM-PRODUCT", fields: ["{property: b, column: b}"])
        #expect(
            MappingText.problems(unknown, item) == [
                "a.yaml:8: there is no table mapping `ITEM PRODUCT`; did you mean `ITEM-PRODUCT`?"
            ]
        )
        let short = item.replacing("key: [number]", with: "key: [number, code]")
        #expect(
            MappingText.problems(MappingText.mapping("A", fields: [MappingText.lookup("ITEM-PRODUCT")]), short) == [
                "a.yaml:8: the lookup's key has 1 parts, but ITEM-PRODUCT is known by number/code"
            ]
        )
        let byID = item.replacing(", key: [number]", with: "")
        #expect(
            MappingText.problems(MappingText.mapping("A", fields: [MappingText.lookup("ITEM-PRODUCT")]), byID) == [
                "a.yaml:8: ITEM-PRODUCT is known by its id only: refer to it with `by: id`"
            ]
        )
        let references = MappingText.lookup("ITEM-PRODUCT", more: ", by: id")
        #expect(MappingText.problems(MappingText.mapping("A", fields: [references]), byID) == [])
    }

    @Test("an owner key is one of the other mapping, with as many parts")
    func ownerKeys() {
        let item = MappingText.mapping("UNIT", fields: ["{property: b, column: b}"])
        let owned = item.replacing("key: [number]", with: "key: [number], owner-key: [itemId, code]")
        func problems(_ unit: String, _ ownerKey: String) -> [String] {
            let lookup = MappingText.lookup("UNIT", more: ", owner-key: \(ownerKey)")
            return MappingText.problems(MappingText.mapping("A", fields: [lookup]), unit)
        }
        #expect(problems(owned, "[id, code]") == [])
        #expect(
            problems(owned, "[id]") == ["a.yaml:8: the lookup's owner key has 1 parts, but UNIT has itemId/code"]
        )
        #expect(problems(item, "[id]") == ["a.yaml:8: the lookup's owner key has 1 parts, but UNIT has none"])
    }

    @Test("a name is taken once, variants need conditions that exclude each other")
    func names() {
        let one = MappingText.mapping("A", fields: ["{property: b, column: b}"])
        #expect(MappingText.problems(one, one) == ["b.yaml:1: A is also in a.yaml:1"])
        let legacy = "variant: x\ncondition: legacy-orders" + "\n"
        let other = "variant: y\ncondition: bidirectional-orders" + "\n"
        #expect(MappingText.problems(legacy + one, other + one) == [])
        #expect(
            MappingText.problems(legacy + one, "variant: y\n" + one) == [
                "b.yaml:2: A (y) and A (x) in a.yaml need conditions that exclude each other"
            ]
        )
    }
}
