// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import YAML

/// Makes a table mapping of a YAML document, noting everything that is wrong with it.
struct TableMappingReader {
    private var reader: NodeReader
    private let file: String

    private init(file: String) {
        self.file = file
        reader = NodeReader(file: file)
    }

    /// Reads a file's text: the mapping, if there are no problems.
    static func read(_ text: String, file: String) -> (mapping: ParsedMapping?, problems: [MappingProblem]) {
        do throws(YAMLError) {
            let root = try YAML.parse(text, file: file)
            var reader = TableMappingReader(file: file)
            let mapping = reader.mapping(from: root)
            let problems = reader.reader.problems
            return (problems.isEmpty ? mapping : nil, problems)
        } catch {
            return (nil, [MappingProblem(file: file, line: error.line, reason: error.reason)])
        }
    }

    /// The words for directions.
    static let directions: [(word: String, value: Direction)] = [
        ("bidirectional", .bidirectional), ("to-dataverse", .toDataverse), ("from-dataverse", .fromDataverse),
    ]

    private static let keys = [
        "name", "variant", "worker", "condition", "direction", "business-central", "dataverse", "on-leaving-filter",
        "match-columns", "key-is-unique", "rule-references", "fields",
    ]

    private mutating func mapping(from root: YAMLNode) -> ParsedMapping? {
        guard reader.checkKeys(of: root, known: Self.keys, what: "a table mapping") else { return nil }
        let name = reader.text(root, "name", isRequired: true)
        for (sign, reason) in [("/", "no slash, since pair keys"), ("#", "no #, since the keys of the local state")]
        where name?.contains(sign) == true {
            reader.note("`name` may hold \(reason) are divided by it", line: root["name"]?.line ?? root.line)
        }
        let direction = reader.choice(root, "direction", among: Self.directions, isRequired: true)
        let businessCentral = businessCentralTable(in: root)
        let dataverse = dataverseTable(in: root)
        let variant = reader.text(root, "variant")
        let worker = reader.text(root, "worker")
        let condition = reader.choice(root, "condition", among: TableMapping.Condition.allCases)
        let leaving = reader.choice(
            root,
            "on-leaving-filter",
            among: [TableMapping.LeavingFilter.keep, TableMapping.LeavingFilter.retire]
        )
        let matchColumns = reader.texts(root, "match-columns")
        let uniqueness = reader.choice(root, "key-is-unique", among: TableMapping.Uniqueness.allCases)
        let ruleReferences = reader.texts(root, "rule-references")
        let fields = fields(in: root, mappingDirection: direction ?? .toDataverse)
        guard let name, let direction, let businessCentral, let dataverse else { return nil }
        let mapping = TableMapping(
            name: name,
            variant: variant,
            worker: worker,
            condition: condition,
            direction: direction,
            businessCentral: businessCentral,
            dataverse: dataverse,
            onLeavingFilter: leaving ?? .keep,
            matchColumns: matchColumns,
            uniqueness: uniqueness ?? .none,
            fields: fields.map(\.field),
            ruleReferences: ruleReferences,
            origin: file
        )
        return ParsedMapping(
            mapping: mapping,
            file: file,
            line: root["name"]?.line ?? root.line,
            workerLine: root["worker"]?.line ?? 0,
            fieldLines: fields.map(\.line),
            ruleReferencesLine: root["rule-references"]?.line ?? 0
        )
    }

    private mutating func businessCentralTable(in root: YAMLNode) -> TableMapping.BusinessCentralTable? {
        guard let node = root["business-central"] else {
            reader.note("`business-central` is missing", line: root.line)
            return nil
        }
        let keys = ["table", "number", "entities", "embedded-in", "key", "owner-key", "home", "filter"]
        guard reader.checkKeys(of: node, known: keys, what: "`business-central`") else { return nil }
        let table = reader.text(node, "table", isRequired: true)
        let number = reader.count(node, "number", isRequired: true)
        let entities = reader.texts(node, "entities", isRequired: true)
        var embedding: TableMapping.Embedding?
        if let inner = node["embedded-in"],
            reader.checkKeys(of: inner, known: ["entity", "property"], what: "`embedded-in`"),
            let entity = reader.text(inner, "entity", isRequired: true),
            let property = reader.text(inner, "property", isRequired: true)
        {
            embedding = TableMapping.Embedding(entity: entity, property: property)
        }
        let key = reader.texts(node, "key")
        let home = reader.text(node, "home")
        if embedding != nil, home == nil, node["home"] == nil {
            reader.note("lines that are embedded need a `home`: the property with their document's id", line: node.line)
        }
        let filter = filter(in: node)
        guard let table, let number else { return nil }
        return TableMapping.BusinessCentralTable(
            table: table,
            number: number,
            entities: entities,
            embeddedIn: embedding,
            key: key,
            ownerKey: reader.texts(node, "owner-key"),
            home: home,
            filter: filter
        )
    }

    private mutating func dataverseTable(in root: YAMLNode) -> TableMapping.DataverseTable? {
        guard let node = root["dataverse"] else {
            reader.note("`dataverse` is missing", line: root.line)
            return nil
        }
        let keys = ["table", "entity-set", "primary-key", "company", "owner", "filter"]
        guard reader.checkKeys(of: node, known: keys, what: "`dataverse`") else { return nil }
        let table = reader.text(node, "table", isRequired: true)
        let entitySet = reader.text(node, "entity-set", isRequired: true)
        let primaryKey = reader.text(node, "primary-key", isRequired: true)
        let hasCompany = reader.flag(node, "company")
        let hasOwner = reader.flag(node, "owner")
        let filter = filter(in: node)
        guard let table, let entitySet, let primaryKey else { return nil }
        return TableMapping.DataverseTable(
            table: table,
            entitySet: entitySet,
            primaryKey: primaryKey,
            hasCompany: hasCompany,
            hasOwner: hasOwner,
            filter: filter
        )
    }

    private mutating func filter(in node: YAMLNode) -> [FilterCondition] {
        guard let list = node["filter"] else { return [] }
        guard let items = list.items else {
            reader.note("`filter` has to be a list of conditions, not \(list.kind)", line: list.line)
            return []
        }
        return items.compactMap { condition(from: $0) }
    }

    private mutating func condition(from node: YAMLNode) -> FilterCondition? {
        guard reader.checkKeys(of: node, known: ["property", "is", "is-not"], what: "a filter condition") else {
            return nil
        }
        let property = reader.text(node, "property", isRequired: true)
        let test: FilterCondition.Test
        switch (node["is"], node["is-not"]) {
        case (let value?, nil): test = .oneOf(values(of: value, key: "is"))
        case (nil, let value?): test = .noneOf(values(of: value, key: "is-not"))
        default:
            reader.note("a filter condition needs either `is` or `is-not`", line: node.line)
            return nil
        }
        return property.map { FilterCondition(property: $0, test: test) }
    }

    /// The values of a condition: a text, which may be empty, or a list of texts.
    private mutating func values(of node: YAMLNode, key: String) -> [String] {
        let values = node.items ?? [node]
        if values.isEmpty { reader.note("`\(key)` is an empty list", line: node.line) }
        return values.compactMap { value in
            if let text = value.string { return text }
            reader.note(
                "`\(key)` has to be a text (blank is \"\") or a list of texts, not \(value.kind)",
                line: value.line
            )
            return nil
        }
    }

    private mutating func fields(
        in root: YAMLNode,
        mappingDirection: Direction
    ) -> [(field: FieldMapping, line: Int)] {
        guard let list = root["fields"] else {
            reader.note("`fields` is missing", line: root.line)
            return []
        }
        guard let items = list.items, !items.isEmpty else {
            reader.note(
                "`fields` has to be a list of field mappings, not \(list.items == nil ? list.kind : "an empty one")",
                line: list.line
            )
            return []
        }
        return items.compactMap { item in
            FieldMappingReader.read(item, mappingDirection: mappingDirection, reader: &reader).map { ($0, item.line) }
        }
    }
}
