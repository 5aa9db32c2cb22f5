// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

@testable import TableMappings

@Suite("Lookups of mappings that no worker runs")
struct UnmetLookupTests {
    private func unmet(_ field: String, worker: String? = "w") throws -> [MappingProblem] {
        let files: [MappingFiles.File] = [
            ("a.yaml", MappingText.mapping("A", worker: worker, fields: [field])),
            ("b.yaml", MappingText.mapping("B", worker: nil, fields: ["{property: b, column: b}"])),
        ]
        return try MappingCatalog.make(bundled: files, overriding: []).unmetLookups(conditions: [])
    }

    @Test("are named with their line")
    func named() throws {
        let problems = try unmet(MappingText.lookup("B"))
        #expect(problems.map(\.file) == ["a.yaml"])
        #expect(problems.map(\.line) == [8])
        #expect(problems.first?.reason.hasPrefix("no worker runs `B`") == true)
    }

    @Test("do no harm where they are deferrable, switched off, or in a mapping that does not run either")
    func harmless() throws {
        #expect(try unmet(MappingText.lookup("B", more: ", deferrable: true")).isEmpty)
        #expect(try unmet(MappingText.lookup("B"), worker: nil).isEmpty)
    }

    @Test("are in the bundled mappings only with SYNC_OWNERSHIP=person")
    func bundled() throws {
        let catalog = try MappingCatalog.load(overrides: nil)
        for conditions in TableMapping.Condition.combinations {
            let problems = catalog.unmetLookups(conditions: conditions)
            #expect(problems.isEmpty != conditions.contains(.personOwnership), "\(conditions): \(problems)")
        }
    }
}
