// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling
public import SyncModel

/// All table mappings: the bundled ones, with those of an operator's directory in place of them or beside them.
public struct MappingCatalog: Sendable {
    /// The mappings: bundled ones by file name, then added ones by file name.
    public let mappings: [TableMapping]
    /// The same with the lines of their files.
    private let parsed: [ParsedMapping]

    private init(_ parsed: [ParsedMapping]) {
        mappings = parsed.map(\.mapping)
        self.parsed = parsed
    }

    /// Loads the bundled mappings and those of a directory.
    ///
    /// A mapping of the directory with the name (and variant) of a bundled one takes its place; others are added.
    /// - Parameter directory: the operator's directory (`SYNC_MAPPINGS_DIR`); nil or empty: there is none.
    /// - Returns: the catalog.
    /// - Throws: everything that is wrong, with file, line and reason.
    public static func load(overrides directory: String?) throws(MappingErrors) -> MappingCatalog {
        let bundled = try MappingFiles.bundled()
        guard let directory, !directory.isEmpty else { return try make(bundled: bundled, overriding: []) }
        return try make(bundled: bundled, overriding: try MappingFiles.overriding(directory))
    }

    /// What loading would throw, a line each that names the setting; empty where nothing is wrong.
    public static func problems(overrides directory: String?) -> [String] {
        do throws(MappingErrors) {
            _ = try load(overrides: directory)
            return []
        } catch {
            return error.settingProblems
        }
    }

    /// This catalog with the mappings of some texts in place of its own or beside them, as those of a directory would be.
    ///
    /// - Parameter files: the texts with the names that problems are to say.
    /// - Returns: the catalog.
    /// - Throws: everything that is wrong, with file, line and reason.
    public func overridden(by files: [(name: String, text: String)]) throws(MappingErrors) -> MappingCatalog {
        try Self.make(parsed, overriding: files, problems: [])
    }

    /// Makes a catalog of files' texts.
    static func make(
        bundled: [MappingFiles.File],
        overriding: [MappingFiles.File]
    ) throws(MappingErrors) -> MappingCatalog {
        var problems: [MappingProblem] = []
        return try make(parse(bundled, &problems), overriding: overriding, problems: problems)
    }

    private static func parse(_ files: [MappingFiles.File], _ problems: inout [MappingProblem]) -> [ParsedMapping] {
        var parsed: [ParsedMapping] = []
        for file in files {
            let (mapping, found) = TableMappingReader.read(file.text, file: file.name)
            problems += found
            guard let mapping else { continue }
            if let other = parsed.first(where: { $0.identity == mapping.identity }) {
                problems.append(mapping.problem("\(mapping.identity) is also in \(other.file):\(other.line)"))
            } else {
                parsed.append(mapping)
            }
        }
        return parsed
    }

    private static func make(
        _ bundled: [ParsedMapping],
        overriding: [MappingFiles.File],
        problems: [MappingProblem]
    ) throws(MappingErrors) -> MappingCatalog {
        var problems = problems
        var all = bundled
        let workers = Set(all.compactMap(\.mapping.worker)).sorted()
        for mapping in parse(overriding, &problems) {
            if let worker = mapping.mapping.worker, !workers.contains(worker) {
                let hint = NearestName.hint(for: worker, among: workers)
                problems.append(mapping.problem("there is no worker `\(worker)`\(hint)", line: mapping.workerLine))
            }
            if let index = all.firstIndex(where: { $0.identity == mapping.identity }) {
                all[index] = mapping
            } else {
                all.append(mapping)
            }
        }
        // Without all files, references to a file that could not be read would look wrong too.
        guard problems.isEmpty else { throw MappingErrors(problems) }
        problems = MappingCheck(mappings: all).problems()
        guard problems.isEmpty else { throw MappingErrors(problems) }
        return MappingCatalog(all)
    }

    /// The mappings that some worker runs under the given conditions, with only the fields mapped under them.
    ///
    /// - Parameter conditions: those that the settings make true.
    /// - Returns: the mappings, in the catalog's order.
    public func active(conditions: Set<TableMapping.Condition>) -> [TableMapping] {
        Self.active(among: mappings, conditions: conditions)
    }

    /// The executables that run mappings, by name.
    public var workers: [String] { Set(mappings.compactMap(\.worker)).sorted() }

    /// The lookups without which records would wait for ever, since no worker runs what they refer to.
    ///
    /// A deferrable one is left out instead, and one by rule is up to the rule.
    /// - Parameter conditions: those that the settings make true.
    /// - Returns: a problem for each, with its line.
    public func unmetLookups(conditions: Set<TableMapping.Condition>) -> [MappingProblem] {
        func holds(_ condition: TableMapping.Condition?) -> Bool { condition.map(conditions.contains) ?? true }
        let running = Set(active(conditions: conditions).map(\.name))
        var problems: [MappingProblem] = []
        for file in parsed where file.mapping.worker != nil && holds(file.mapping.condition) {
            let mapping = file.mapping
            for (field, line) in zip(mapping.fields, file.fieldLines) {
                guard let lookup = field.lookup, !lookup.isDeferrable, !field.isByRule, holds(field.condition),
                    field.direction != .fromDataverse, field.access != .readOnly, let name = lookup.mappings.first,
                    !running.contains(name)
                else { continue }
                let reason =
                    "no worker runs `\(name)`, so records would wait for it for ever; "
                    + "make the lookup `deferrable: true`, or give that mapping a worker"
                problems.append(MappingProblem(file: mapping.origin, line: line, reason: reason))
            }
        }
        return problems
    }

    /// The mapping of that name, of several variants the first; or of the name with its variant in parentheses.
    public subscript(name: String) -> TableMapping? {
        mappings.first { $0.identity == name } ?? mappings.first { $0.name == name }
    }

    /// The graph of references between the mappings that are active under the given conditions.
    public func graph(conditions: Set<TableMapping.Condition>) -> ReferenceGraph {
        ReferenceGraph(mappings: active(conditions: conditions))
    }

    static func active(among mappings: [TableMapping], conditions: Set<TableMapping.Condition>) -> [TableMapping] {
        mappings.compactMap { mapping in
            guard mapping.worker != nil, mapping.condition.map(conditions.contains) ?? true else { return nil }
            var mapping = mapping
            mapping.fields.removeAll { field in field.condition.map { !conditions.contains($0) } ?? false }
            return mapping
        }
    }
}
