// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing
import TopicCatalog

@testable import Operations

@Suite("Topics against the catalog")
struct TopicComparisonTests {
    private let items = TopicDefinition(
        name: "bc.changes.items",
        partitions: 6,
        configuration: ["cleanup.policy": "compact,delete", "retention.ms": "604800000"],
        summary: "Items"
    )

    private func differences(_ counts: [String: Int32], _ settings: [String: String]?) -> [TopicComparison.Difference] {
        let all = settings.map { ["bc.changes.items": $0] }
        return TopicComparison([items], partitionCounts: counts, settings: all).findings.flatMap(\.differences)
    }

    @Test func theSameIsTheSameInAnyOrderOfALists() {
        let settings = ["cleanup.policy": "delete, compact", "retention.ms": "604800000", "other": "1"]
        #expect(differences(["bc.changes.items": 6], settings).isEmpty)
    }

    @Test func everyDifferenceIsNamed() {
        #expect(
            differences(["bc.changes.items": 3], ["cleanup.policy": "delete"]) == [
                .partitions(found: 3, wanted: 6),
                .setting(name: "cleanup.policy", found: "delete", wanted: "compact,delete"),
                .setting(name: "retention.ms", found: nil, wanted: "604800000"),
            ]
        )
    }

    @Test func whatIsMissingIsOnlyMissing() {
        #expect(differences([:], [:]) == [.missing])
    }

    @Test func withoutSettingsOnlyCountsAreCompared() {
        #expect(differences(["bc.changes.items": 6], nil).isEmpty)
    }
}
