// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel
import TableMappings
import SeededRandom
import Testing

@testable import Coordination

@Suite("The picture of the graph")
struct GraphLayoutTests {
    private func check(_ mappings: [MappingState], isNarrow: Bool, _ comment: Comment) {
        let layout = GraphLayout(mappings, isNarrow: isNarrow)
        let boxes = mappings.compactMap { layout.boxes[$0.name] }
        #expect(boxes.count == mappings.count, comment)
        for (index, box) in boxes.enumerated() {
            #expect(box.x >= 0 && box.x + GraphLayout.boxWidth <= layout.width, comment)
            #expect(box.y >= 0 && box.y + GraphLayout.boxHeight <= layout.height, comment)
            for other in boxes[(index + 1)...] {
                let isApart =
                    abs(box.x - other.x) >= GraphLayout.boxWidth || abs(box.y - other.y) >= GraphLayout.boxHeight
                #expect(isApart, comment)
            }
        }
        for edge in layout.edges {
            #expect(layout.path(from: edge.from, to: edge.to, isNarrow: isNarrow) != nil, comment)
        }
    }

    @Test("has every mapping in its place, from left to right or one below the other")
    func bundled() throws {
        let prepared = try PreparedPage()
        let mappings = prepared.page().mappings()
        #expect(mappings.count == prepared.configuration.mappings.count)
        for isNarrow in [false, true] { check(mappings, isNarrow: isNarrow, "bundled") }
        let layout = GraphLayout(mappings, isNarrow: false)
        for edge in layout.edges where !edge.isDeferrable {
            #expect((layout.boxes[edge.to]?.x ?? 0) < (layout.boxes[edge.from]?.x ?? 0))
        }
        // What follows from other lines is not drawn: a line of an invoice needs its currency by way of the invoice.
        #expect(!layout.edges.contains { $0.from == "POSTEDSALESLINE-INV" && $0.to == "CURRENCY" })
        #expect(layout.edges.contains { $0.from == "POSTEDSALESLINE-INV" && $0.to == "POSTEDSALESINV-INV" })
    }

    @Test("holds for random graphs")
    func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("GraphLayoutTests seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<100 {
            let world = RandomMappings(&generator)
            let configuration = CoordinatorConfiguration(mappings: world.mappings, kafka: KafkaConfiguration([:]))
            let graph = ReferenceGraph(mappings: world.mappings)
            let page = OperatorPage(
                snapshot: CoordinatorSnapshot(),
                configuration: configuration,
                graph: graph,
                workers: OperatorPage.workers(of: configuration, graph),
                nowMs: 0
            )
            let mappings = page.mappings()
            #expect(Set(mappings.map(\.name)) == Set(world.mappings.map(\.name)), "seed \(seed) round \(round)")
            for isNarrow in [false, true] { check(mappings, isNarrow: isNarrow, "seed \(seed) round \(round)") }
        }
    }
}
