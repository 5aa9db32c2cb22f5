// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import YAML

/// Makes a field mapping of a YAML node, noting everything that is wrong with it.
enum FieldMappingReader {
    private static let keys = [
        "property", "field", "column", "type", "direction", "access", "condition", "constant", "max-length", "too-long",
        "transformation", "options", "lookup", "implied-on-create", "change-is-error", "by-rule", "derived",
    ]
    private static let types: [FieldMapping.ValueType] = [
        .text, .decimal, .integer, .boolean, .date, .option, .lookup, .entityName, .owner,
    ]
    private static let accesses: [FieldMapping.Access] = [.readWrite, .insertOnly, .modifyOnly, .readOnly]
    private static let tooLongs: [FieldMapping.TooLong] = [.fail, .cut]
    private static let transformations: [FieldMapping.Transformation] = [.zeroIfNegative]

    /// Reads one field; without a `direction` it goes the way of its table mapping.
    static func read(_ node: YAMLNode, mappingDirection: Direction, reader: inout NodeReader) -> FieldMapping? {
        guard reader.checkKeys(of: node, known: keys, what: "a field mapping") else { return nil }
        let field = FieldMapping(
            property: reader.text(node, "property"),
            field: reader.text(node, "field"),
            column: reader.text(node, "column") ?? "",
            type: reader.choice(node, "type", among: types) ?? .text,
            direction: reader.choice(node, "direction", among: TableMappingReader.directions) ?? mappingDirection,
            access: reader.choice(node, "access", among: accesses) ?? .readWrite,
            condition: reader.choice(node, "condition", among: TableMapping.Condition.allCases),
            constant: reader.text(node, "constant"),
            maximumLength: reader.count(node, "max-length"),
            tooLong: reader.choice(node, "too-long", among: tooLongs) ?? .fail,
            transformation: reader.choice(node, "transformation", among: transformations),
            options: options(in: node, reader: &reader),
            lookup: lookup(in: node, reader: &reader),
            isImpliedOnCreate: reader.flag(node, "implied-on-create"),
            changeIsError: reader.flag(node, "change-is-error"),
            isByRule: reader.flag(node, "by-rule"),
            isDerived: reader.flag(node, "derived")
        )
        for problem in problems(of: field, node: node) { reader.note(problem, line: node.line) }
        return field
    }

    private static func options(in node: YAMLNode, reader: inout NodeReader) -> [String: Int] {
        guard let list = node["options"] else { return [:] }
        guard let members = list.members, !members.isEmpty else {
            reader.note("`options` has to be a mapping of members to numbers, as {FOB: 1}", line: list.line)
            return [:]
        }
        var options: [String: Int] = [:]
        for member in members {
            if let number = member.value.int {
                options[member.key] = number
            } else {
                reader.note("option `\(member.key)` needs a whole number", line: member.value.line)
            }
        }
        return options
    }

    private static func lookup(in node: YAMLNode, reader: inout NodeReader) -> FieldMapping.Lookup? {
        guard let inner = node["lookup"] else { return nil }
        let keys = [
            "mapping", "mappings", "key", "navigation", "by", "deferrable", "required", "blank-is-local-currency",
            "id", "owner-key",
        ]
        guard reader.checkKeys(of: inner, known: keys, what: "`lookup`") else { return nil }
        var mappings = reader.texts(inner, "mappings")
        switch (inner["mapping"], inner["mappings"]) {
        case (_?, nil): mappings = reader.text(inner, "mapping").map { [$0] } ?? []
        case (nil, _?): break
        default: reader.note("`lookup` needs either `mapping` or `mappings`", line: inner.line)
        }
        let by: [(word: String, value: Bool)] = [("key", false), ("id", true)]
        let lookup = FieldMapping.Lookup(
            mappings: mappings,
            key: reader.texts(inner, "key"),
            navigation: reader.text(inner, "navigation", isRequired: true) ?? "",
            isDeferrable: reader.flag(inner, "deferrable"),
            blankIsLocalCurrency: reader.flag(inner, "blank-is-local-currency"),
            isRequired: reader.flag(inner, "required"),
            byID: reader.choice(inner, "by", among: by) ?? false,
            idProperty: reader.text(inner, "id"),
            ownerKey: reader.texts(inner, "owner-key")
        )
        if lookup.byID, lookup.key.count > 1 {
            reader.note("`by: id` takes one key, the property with the id", line: inner.line)
        }
        return lookup
    }

    /// What is wrong between the parts of a field.
    private static func problems(of field: FieldMapping, node: YAMLNode) -> [String] {
        var problems: [String] = []
        let isOnlyInBusinessCentral = field.direction == .fromDataverse && field.property != nil
        if node["column"] == nil, !isOnlyInBusinessCentral { problems.append("`column` is missing") }
        if node["property"] == nil, node["constant"] == nil, node["lookup"] == nil, !field.isByRule {
            problems.append(
                "`property` is missing; a field without it needs a `constant`, a `lookup` or `by-rule: true`"
            )
        }
        if field.property != nil, field.constant != nil, !field.column.isEmpty {
            problems.append("`property` and `constant` exclude each other")
        }
        if field.maximumLength != nil, field.type != .text {
            problems.append("`max-length` goes with type text, not \(field.type.rawValue)")
        }
        if node["too-long"] != nil, node["max-length"] == nil { problems.append("`too-long` needs a `max-length`") }
        let isNumber = field.type == .decimal || field.type == .integer
        if field.transformation != nil, !isNumber {
            problems.append("`transformation: zero-if-negative` goes with numbers, not \(field.type.rawValue)")
        }
        problems += typeProblems(of: field, node: node)
        return problems
    }

    private static func typeProblems(of field: FieldMapping, node: YAMLNode) -> [String] {
        var problems: [String] = []
        let name = field.type.rawValue
        if node["options"] != nil, field.type != .option {
            problems.append("`options` go with type option, not \(name)")
        }
        if field.type == .option, node["options"] == nil, node["constant"] == nil, !field.isByRule {
            problems.append("type option needs `options`, a `constant` or `by-rule: true`")
        }
        let takesLookup = field.type == .lookup || field.type == .owner
        if node["lookup"] != nil, !takesLookup {
            problems.append("`lookup` goes with type lookup or owner, not \(name)")
        }
        if node["lookup"] == nil, takesLookup { problems.append("type \(name) needs a `lookup`") }
        if let lookup = field.lookup, lookup.key.isEmpty, node["lookup"]?["key"] == nil, !field.isByRule {
            problems.append("`lookup` needs a `key`: the properties that hold the other record's key")
        }
        if let constant = field.constant, !field.column.isEmpty {
            switch field.type {
            case .boolean where constant != "true" && constant != "false":
                problems.append("the constant of a boolean is true or false, not `\(constant)`")
            case .integer where Int(constant) == nil, .option where Int(constant) == nil:
                problems.append("the constant of type \(name) is a whole number, not `\(constant)`")
            default: break
            }
        }
        return problems
    }
}
