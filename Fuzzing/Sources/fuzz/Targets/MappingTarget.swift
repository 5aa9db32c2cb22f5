// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// An operator's mapping file beside the bundled ones: a catalog that is sound, or problems that lead to their lines.
final class MappingTarget: FuzzTarget {
    private let bundled: MappingCatalog

    init() throws { bundled = try MappingCatalog.load(overrides: nil) }

    func take(_ input: UnsafeRawBufferPointer) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        // Line ends as YAML knows them, counted generously.
        let lines = 2 + text.unicodeScalars.count { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) }
        do throws(MappingErrors) {
            look(at: try bundled.overridden(by: [("input", text)]))
        } catch {
            expect(!error.problems.isEmpty, "refused without a problem")
            for problem in error.problems {
                expect(!problem.reason.isEmpty && !problem.file.isEmpty, "a problem without place or reason")
                // One file may be what makes a bundled one wrong.
                guard problem.file == "input" else { continue }
                expect((0...lines).contains(problem.line), "a problem in line \(problem.line) of \(lines)")
            }
        }
    }

    private func look(at catalog: MappingCatalog) {
        expect(catalog.mappings.count - bundled.mappings.count <= 1, "one file makes several mappings")
        expect(Set(catalog.mappings.map(\.identity)).count == catalog.mappings.count, "a mapping comes twice")
        expect(catalog.workers == bundled.workers, "a worker that does not exist")
        for conditions in TableMapping.Condition.combinations {
            let graph = catalog.graph(conditions: conditions)
            expect(graph.cycle() == nil, "a circle of references")
            expect(Set(graph.topologicalStages.joined()) == Set(graph.nodes), "a mapping in no stage")
            _ = catalog.unmetLookups(conditions: conditions)
        }
        for mapping in catalog.mappings { expect(catalog[mapping.identity] == mapping, "a mapping is not found") }
    }
}
