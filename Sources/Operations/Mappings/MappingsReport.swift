// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
public import SyncModel
public import TableMappings

/// What `syncctl mappings` prints: the table mappings as text for readers and as JSON for programs.
public struct MappingsReport: Sendable {
    private let catalog: MappingCatalog
    private let conditions: Set<TableMapping.Condition>
    private let active: Set<String>

    /// Makes a report on a catalog under the conditions that the settings make true.
    public init(catalog: MappingCatalog, conditions: Set<TableMapping.Condition>) {
        self.catalog = catalog
        self.conditions = conditions
        active = Set(catalog.active(conditions: conditions).map(\.identity))
    }

    /// All mappings, a line each.
    public func list(console: Console) -> String {
        let titles = ["MAPPING", "BUSINESS CENTRAL", "DIRECTION", "DATAVERSE", "WORKER", "RUNS", "FIELDS"]
        var table = TableFormatter(titles, console: console)
        for mapping in catalog.mappings {
            table.add([
                mapping.identity,
                mapping.businessCentral.table,
                mapping.direction.words,
                mapping.dataverse.table,
                mapping.worker ?? "-",
                runs(mapping),
                String(mapping.fields.count),
            ])
        }
        return table.text() + "\n"
    }

    /// All mappings as a JSON array.
    public func listJSON() -> String {
        Self.json(catalog.mappings.map(summary))
    }

    /// One mapping with its fields.
    ///
    /// - Throws: `CommandError` if there is none of that name.
    public func show(_ name: String) throws(CommandError) -> String {
        let mapping = try mapping(name)
        var lines = [
            "\(mapping.identity)  (\(mapping.origin))",
            "  Business Central  \(mapping.businessCentral.table) (\(mapping.businessCentral.number)), "
                + "from \(mapping.businessCentral.entities.joined(separator: ", "))",
            "  key               \(keyWords(mapping))",
        ]
        lines += mapping.businessCentral.filter.map { "  only where        \($0.words)" }
        lines.append("  Dataverse         \(mapping.dataverse.table) (\(mapping.dataverse.entitySet))")
        lines += mapping.dataverse.filter.map { "  only where        \($0.words)" }
        lines += [
            "  direction         \(mapping.direction.words)",
            "  worker            \(mapping.worker ?? "none yet")",
            "  runs              \(runs(mapping))",
        ]
        var table = TableFormatter(["PROPERTY", "WAY", "COLUMN", "TYPE", "ACCESS", "NOTES"])
        for field in mapping.fields {
            let source = field.property ?? field.constant.map { "= \($0)" } ?? (field.isByRule ? "(rule)" : "(lookup)")
            table.add([
                source,
                field.direction.arrow,
                field.column.isEmpty ? "-" : field.column,
                field.type.rawValue,
                field.access.rawValue,
                notes(field),
            ])
        }
        return lines.map { $0 + "\n" }.joined() + "\n" + table.text() + "\n"
    }

    /// One mapping as a JSON object.
    ///
    /// - Throws: `CommandError` if there is none of that name.
    public func showJSON(_ name: String) throws(CommandError) -> String {
        let mapping = try mapping(name)
        return Self.json(Detail(mapping: summary(mapping), fields: mapping.fields.map(Field.init)))
    }

    private func mapping(_ name: String) throws(CommandError) -> TableMapping {
        guard let mapping = catalog[name] else { throw CommandError.unknown(mapping: name, in: catalog) }
        return mapping
    }

    /// What has to come before what, as text or in Graphviz's language.
    public func graph(asDot: Bool) -> String {
        let graph = catalog.graph(conditions: conditions)
        return asDot ? graph.dot() : graph.text()
    }

    /// What has to come before what, as a JSON object.
    public func graphJSON() -> String {
        let graph = catalog.graph(conditions: conditions)
        func references(_ edges: [ReferenceGraph.Edge]) -> [Reference] {
            edges.map { Reference(from: $0.from, to: $0.to, deferrable: $0.isDeferrable) }
        }
        return Self.json(
            Graph(
                stages: graph.topologicalStages,
                references: references(graph.edges),
                unmet: references(graph.unmet)
            )
        )
    }

    /// What a successful check says.
    public func check() -> String {
        let fields = catalog.mappings.map(\.fields.count).reduce(0, +)
        let warnings = catalog.unmetLookups(conditions: conditions).map { "warning: \($0); no worker will start\n" }
        return "\(catalog.mappings.count) table mappings with \(fields) fields are right, \(active.count) of them run\n"
            + warnings.joined()
    }

    /// What a check says as a JSON object; `errors` is what loading threw.
    public static func checkJSON(_ errors: MappingErrors?) -> String {
        let problems = errors?.problems.map { Problem(file: $0.file, line: $0.line, reason: $0.reason) } ?? []
        return json(Check(ok: problems.isEmpty, problems: problems))
    }

    private func runs(_ mapping: TableMapping) -> String {
        if active.contains(mapping.identity) { return "yes" }
        guard let condition = mapping.condition else { return "no" }
        return conditions.contains(condition) ? "no" : "no (needs \(condition.rawValue))"
    }

    private func keyWords(_ mapping: TableMapping) -> String {
        let key = mapping.businessCentral.key
        return (key.isEmpty ? "its id" : key.joined(separator: "/")) + Self.uniqueness(mapping)
    }

    private static func uniqueness(_ mapping: TableMapping) -> String {
        switch mapping.uniqueness {
        case .none: ""
        case .all: ", unique"
        case .living: ", unique among the living"
        }
    }

    private func notes(_ field: FieldMapping) -> String {
        var notes: [String] = []
        if let lookup = field.lookup {
            let key = lookup.key.isEmpty ? "" : " by \(lookup.key.joined(separator: "/"))"
            let owner = lookup.ownerKey.isEmpty ? "" : " or \(lookup.ownerKey.joined(separator: "/"))"
            let when = lookup.isDeferrable ? ", deferrable" : ""
            notes.append("-> \(lookup.mappings.joined(separator: " or "))\(key)\(owner)\(when)")
        }
        if let length = field.maximumLength { notes.append("at most \(length)\(field.tooLong == .cut ? ", cut" : "")") }
        if let transformation = field.transformation { notes.append(transformation.rawValue) }
        if !field.options.isEmpty { notes.append("\(field.options.count) options") }
        if let condition = field.condition {
            notes.append(conditions.contains(condition) ? "with \(condition.rawValue)" : "off: \(condition.rawValue)")
        }
        if field.isByRule { notes.append("by rule") }
        return notes.joined(separator: "; ")
    }

    private func summary(_ mapping: TableMapping) -> Summary {
        Summary(
            name: mapping.name,
            variant: mapping.variant,
            worker: mapping.worker,
            condition: mapping.condition?.rawValue,
            direction: mapping.direction.rawValue,
            active: active.contains(mapping.identity),
            table: mapping.businessCentral.table,
            tableNumber: mapping.businessCentral.number,
            entities: mapping.businessCentral.entities,
            key: mapping.businessCentral.key,
            keyIsUnique: mapping.uniqueness.rawValue,
            dataverseTable: mapping.dataverse.table,
            entitySet: mapping.dataverse.entitySet,
            origin: mapping.origin,
            fieldCount: mapping.fields.count
        )
    }
}
