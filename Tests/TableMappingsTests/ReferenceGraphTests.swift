// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

@testable import TableMappings

@Suite("The reference graph")
struct ReferenceGraphTests {
    private let plain = "{property: b, column: b}"

    @Test("refuses a circle and says where it closes")
    func cycle() {
        let a = MappingText.mapping("A", fields: [plain, MappingText.lookup("B")])
        let b = MappingText.mapping("B", fields: [plain, MappingText.lookup("A")])
        #expect(
            MappingText.problems(a, b) == [
                "a.yaml:9: references go in a circle: A -> B -> A; make one of them `deferrable: true`"
            ]
        )
    }

    @Test("accepts a circle that a deferrable reference breaks, and a mapping that refers to itself")
    func deferrable() {
        let a = MappingText.mapping("A", fields: [MappingText.lookup("B", more: ", deferrable: true")])
        let b = MappingText.mapping(
            "B",
            fields: [MappingText.lookup("A"), MappingText.lookup("B", column: "parentid")]
        )
        #expect(MappingText.problems(a, b) == [])
    }

    @Test("minds circles that only some settings close, and those through rules")
    func conditions() {
        let b = MappingText.mapping("B", fields: [plain, MappingText.lookup("A")])
        let a = MappingText.mapping("A", extra: "rule-references: [B]", fields: [plain])
        #expect(MappingText.problems(a, b).first?.hasPrefix("a.yaml:6: references go in a circle") == true)
        let some = MappingText.lookup("B").replacing("type: lookup", with: "type: lookup, condition: sales-prices")
        #expect(MappingText.problems(MappingText.mapping("A", fields: [some]), b).count == 1)
        let never = MappingText.lookup("B").replacing("type: lookup", with: "type: lookup, condition: disabled")
        #expect(MappingText.problems(MappingText.mapping("A", fields: [never]), b) == [])
    }

    @Test("does not mind circles among mappings that no worker runs")
    func inactive() {
        let a = MappingText.mapping("A", worker: nil, fields: [MappingText.lookup("B")])
        let b = MappingText.mapping("B", fields: [MappingText.lookup("A")])
        #expect(MappingText.problems(a, b) == [])
    }

    @Test("puts units before products, and products before prices and invoices, under any settings")
    func stages() throws {
        let catalog = try MappingCatalog.load(overrides: nil)
        for conditions in TableMapping.Condition.combinations {
            let graph = catalog.graph(conditions: conditions)
            #expect(graph.cycle() == nil)
            #expect(graph.topologicalStages.joined().sorted() == graph.nodes.sorted())
            func stage(_ name: String) -> Int? { graph.topologicalStages.firstIndex { $0.contains(name) } }
            for edge in graph.edges where !edge.isDeferrable && !edge.isSelf {
                let (from, to) = (try #require(stage(edge.from)), try #require(stage(edge.to)))
                #expect(to < from, "\(edge)")
            }
        }
    }

    @Test("has the stages that the demo shows")
    func defaultStages() throws {
        let graph = try MappingCatalog.load(overrides: nil).graph(conditions: [.unitGroups, .priceLists])
        #expect(
            graph.topologicalStages == [
                ["CURRENCY", "UNIT GROUP"],
                ["CUSTOMER", "ITEM UOM", "PLHEADER-PRICE", "RESOURCE UOM"],
                ["ITEM-PRODUCT", "RESOURCE-PRODUCT"],
                ["PLLINE-PRODPRICE", "POSTEDSALESINV-INV"],
                ["POSTEDSALESLINE-INV"],
            ]
        )
        #expect(graph.dependencies(of: "ITEM-PRODUCT") == ["CURRENCY", "ITEM UOM", "UNIT GROUP"])
        #expect(
            graph.dependents(of: "ITEM-PRODUCT") == ["PLLINE-PRODPRICE", "POSTEDSALESINV-INV", "POSTEDSALESLINE-INV"]
        )
        #expect(graph.unmet == [.init(from: "CUSTOMER", to: "CONTACT", isDeferrable: true)])
    }

    @Test("finds the circle itself, without what leads to it")
    func cycleOnly() {
        func mapping(_ name: String, _ references: [String]) -> TableMapping {
            TableMapping(
                name: name,
                worker: "w",
                direction: .toDataverse,
                businessCentral: .init(table: name, number: 1, entities: ["e"]),
                dataverse: .init(table: name, entitySet: name, primaryKey: "id"),
                fields: [],
                ruleReferences: references
            )
        }
        let graph = ReferenceGraph(mappings: [
            mapping("leads", ["B"]), mapping("A", ["C"]), mapping("B", ["A"]), mapping("C", ["B", "end"]),
            mapping("end", ["end"]),
        ])
        #expect(graph.cycle() == ["B", "A", "C"])
        #expect(graph.topologicalStages == [["end"], ["leads", "A", "B", "C"]])
    }

    @Test("is written as text and for Graphviz")
    func written() throws {
        let a = MappingText.mapping("A \"x\"", fields: [MappingText.lookup("B", more: ", deferrable: true")])
        let b = MappingText.mapping("B", fields: [plain])
        let catalog = try MappingCatalog.make(bundled: [("a.yaml", a), ("b.yaml", b)], overriding: [])
        let graph = catalog.graph(conditions: [])
        #expect(graph.text() == "stage 1: A \"x\", B\nA \"x\"  -> B (deferrable)\nB      refers to nothing\n")
        #expect(graph.dot().contains(#""A \"x\"" -> "B" [style=dashed];"#))
    }
}
