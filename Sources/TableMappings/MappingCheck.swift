// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling
import SyncModel

/// Checks mappings against each other and a mapping's fields against each other.
struct MappingCheck {
    let mappings: [ParsedMapping]

    /// Everything that is wrong.
    func problems() -> [MappingProblem] {
        let own = mappings.flatMap { targetProblems(of: $0) + referenceProblems(of: $0) }
        let problems = own + variantProblems()
        // A reference that leads nowhere makes a graph that says nothing.
        return problems.isEmpty ? cycleProblems() : problems
    }

    /// Two fields that would write the same column, or the same property, at once.
    private func targetProblems(of parsed: ParsedMapping) -> [MappingProblem] {
        var problems: [MappingProblem] = []
        let fields = parsed.mapping.fields
        for (index, field) in fields.enumerated() {
            for (earlier, other) in fields[..<index].enumerated() where field.mayCoexist(with: other) {
                guard let target = field.sharedTarget(with: other) else { continue }
                let line = parsed.fieldLines[earlier]
                let reason = "\(target) is already in line \(line), without conditions that exclude each other"
                problems.append(parsed.problem(reason, line: parsed.fieldLines[index]))
            }
        }
        return problems
    }

    /// References to mappings that do not exist, or by a key of the wrong length.
    private func referenceProblems(of parsed: ParsedMapping) -> [MappingProblem] {
        let names = mappings.map(\.mapping.name)
        var problems: [MappingProblem] = []
        func check(_ name: String, line: Int) -> Bool {
            if names.contains(name) { return true }
            let nearest = NearestName.find(name, among: names).map { "; did you mean `\($0)`?" } ?? ""
            problems.append(parsed.problem("there is no table mapping `\(name)`\(nearest)", line: line))
            return false
        }
        for name in parsed.mapping.ruleReferences { _ = check(name, line: parsed.ruleReferencesLine) }
        for (field, line) in zip(parsed.mapping.fields, parsed.fieldLines) {
            guard let lookup = field.lookup else { continue }
            for name in lookup.mappings where check(name, line: line) && !field.isByRule {
                guard let other = mappings.first(where: { $0.mapping.name == name })?.mapping else { continue }
                if let reason = keyProblem(lookup, other) { problems.append(parsed.problem(reason, line: line)) }
            }
        }
        return problems
    }

    private func keyProblem(_ lookup: FieldMapping.Lookup, _ other: TableMapping) -> String? {
        if lookup.byID { return nil }
        let (key, ownerKey) = (other.businessCentral.key, other.businessCentral.ownerKey)
        if !lookup.ownerKey.isEmpty, lookup.ownerKey.count != ownerKey.count {
            let known = ownerKey.isEmpty ? "has none" : "has \(ownerKey.joined(separator: "/"))"
            return "the lookup's owner key has \(lookup.ownerKey.count) parts, but \(other.name) \(known)"
        }
        if key.isEmpty { return "\(other.name) is known by its id only: refer to it with `by: id`" }
        if key.count == lookup.key.count { return nil }
        return
            "the lookup's key has \(lookup.key.count) parts, but \(other.name) is known by \(key.joined(separator: "/"))"
    }

    /// Variants that could run at once.
    private func variantProblems() -> [MappingProblem] {
        var problems: [MappingProblem] = []
        for (index, parsed) in mappings.enumerated() {
            for other in mappings[..<index] where other.mapping.name == parsed.mapping.name {
                guard !TableMapping.Condition.areExclusive(parsed.mapping.condition, other.mapping.condition) else {
                    continue
                }
                problems.append(
                    parsed.problem(
                        "\(parsed.identity) and \(other.identity) in \(other.file) need conditions that exclude each other"
                    )
                )
            }
        }
        return problems
    }

    /// References in a circle among the mappings that run, under any settings; each circle once.
    private func cycleProblems() -> [MappingProblem] {
        var reported: Set<Set<String>> = []
        var problems: [MappingProblem] = []
        for conditions in TableMapping.Condition.combinations {
            let active = MappingCatalog.active(among: mappings.map(\.mapping), conditions: conditions)
            guard let cycle = ReferenceGraph(mappings: active).cycle(), reported.insert(Set(cycle)).inserted else {
                continue
            }
            guard let first = cycle.first, let parsed = mappings.first(where: { $0.mapping.name == first }) else {
                continue
            }
            let circle = (cycle + [first]).joined(separator: " -> ")
            let reason = "references go in a circle: \(circle); make one of them `deferrable: true`"
            problems.append(
                parsed.problem(reason, line: line(in: parsed, referringTo: cycle.dropFirst().first ?? first))
            )
        }
        return problems
    }

    private func line(in parsed: ParsedMapping, referringTo name: String) -> Int {
        for (field, line) in zip(parsed.mapping.fields, parsed.fieldLines) {
            if let lookup = field.lookup, !lookup.isDeferrable, lookup.mappings.contains(name) { return line }
        }
        return parsed.ruleReferencesLine
    }
}

extension FieldMapping {
    /// Whether it carries values that way.
    private func goes(_ way: Direction) -> Bool {
        direction == way || direction == .bidirectional
    }

    /// Whether some settings make both hold.
    fileprivate func mayCoexist(with other: FieldMapping) -> Bool {
        !TableMapping.Condition.areExclusive(condition, other.condition)
    }

    /// What both would write, in words for a message; nil if nothing.
    fileprivate func sharedTarget(with other: FieldMapping) -> String? {
        if goes(.toDataverse), other.goes(.toDataverse), column == other.column { return "column `\(column)`" }
        guard goes(.fromDataverse), other.goes(.fromDataverse), let property, property == other.property else {
            return nil
        }
        return "property `\(property)`"
    }
}
