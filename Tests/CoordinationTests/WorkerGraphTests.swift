// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings
import Testing

@testable import Coordination

@Suite("The graph of workers")
struct WorkerGraphTests {
    @Test("names the mappings that a worker needs, also through others")
    func transitive() {
        let graph = WorkerGraph(mappings: [
            .made("UNIT", worker: "unit-worker"),
            .made("SPARE", worker: "unit-worker"),
            .made("PRODUCT", worker: "product-worker", refersTo: ["UNIT"]),
            .made("PRICE", worker: "price-worker", refersTo: ["PRODUCT"]),
        ])
        #expect(graph.workers == ["unit-worker", "product-worker", "price-worker"])
        #expect(graph.dependencies(of: "unit-worker").isEmpty)
        #expect(
            graph.dependencies(of: "price-worker") == [
                WorkerGraph.Dependency(worker: "unit-worker", mappings: ["UNIT"]),
                WorkerGraph.Dependency(worker: "product-worker", mappings: ["PRODUCT"]),
            ]
        )
        #expect(graph.dependencies(of: "unknown-worker").isEmpty)
    }

    @Test("leaves out references that nothing waits for")
    func deferrable() {
        let graph = WorkerGraph(mappings: [
            .made("CONTACT", worker: "contact-worker"),
            .made("ACCOUNT", worker: "account-worker", deferrably: ["CONTACT"]),
        ])
        #expect(graph.dependencies(of: "account-worker").isEmpty)
    }

    @Test("lets workers that need each other, even round three corners, not wait for each other")
    func mutual() {
        let graph = WorkerGraph(mappings: [
            .made("A1", worker: "a-worker"), .made("B1", worker: "b-worker"), .made("C1", worker: "c-worker"),
            .made("A2", worker: "a-worker", refersTo: ["B1"]),
            .made("B2", worker: "b-worker", refersTo: ["C1"]),
            .made("C2", worker: "c-worker", refersTo: ["A1"]),
            .made("D", worker: "d-worker", refersTo: ["A2"]),
        ])
        for worker in ["a-worker", "b-worker", "c-worker"] { #expect(graph.dependencies(of: worker).isEmpty) }
        #expect(graph.dependencies(of: "d-worker").map(\.worker) == ["a-worker", "b-worker"])
    }

    @Test("puts units and products before prices and invoices in the bundled mappings")
    func bundled() throws {
        let mappings = try MappingCatalog.load(overrides: nil).active(conditions: [.unitGroups, .priceLists])
        let graph = WorkerGraph(mappings: mappings)
        func needed(by worker: String) -> Set<String> { Set(graph.dependencies(of: worker).map(\.worker)) }
        #expect(needed(by: "unit-worker").isEmpty)
        #expect(needed(by: "product-worker").contains("unit-worker"))
        #expect(needed(by: "price-worker").isSuperset(of: ["unit-worker", "product-worker", "reference-worker"]))
        #expect(needed(by: "invoice-worker").isSuperset(of: ["unit-worker", "product-worker", "account-worker"]))
    }
}
