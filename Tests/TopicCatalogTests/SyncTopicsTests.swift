// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings
import Testing
import TopicCatalog

@Suite("The names of topics that the code makes")
struct SyncTopicsTests {
    @Test("each is in the catalog, and the catalog has no other")
    func areThoseOfTheCatalog() throws {
        let prefix = "test-"
        let catalog = try TopicCatalog.bundled().prefixed(prefix)
        let mappings = try MappingCatalog.load(overrides: nil)
        let names = SyncTopics(prefix: prefix)
        var made: Set<String> = [names.control, names.status, names.deadLetters]
        for mapping in mappings.mappings where mapping.worker != nil {
            made.formUnion(mapping.sourceEntities.map(names.changes))
            made.insert(names.outbound(of: mapping.dataverse.entitySet))
        }
        for worker in mappings.workers {
            made.insert(names.inbox(of: worker))
            made.insert(names.couplings(of: worker))
        }
        #expect(made == Set(catalog.topics.map(\.name)))
    }

    @Test func knowTheirFamily() {
        let names = SyncTopics(prefix: "test-")
        #expect(names.member("test-bc.changes.items", of: .changes) == "items")
        #expect(names.member("bc.changes.items", of: .changes) == nil)
        #expect(names.member("test-crm.outbound.uoms", of: .changes) == nil)
        for family in SyncTopics.Family.allCases {
            #expect(names.member(names.beginning(of: family) + "some.thing", of: family) == "some.thing")
        }
    }
}
