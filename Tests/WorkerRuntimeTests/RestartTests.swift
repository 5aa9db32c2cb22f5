// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalStack
import SyncModel
import Testing

/// Local state is a cache: whatever of it is left, the outcome is the same.
struct RestartTests {
    /// What a worker finds when it starts again.
    enum State: String, CaseIterable, CustomTestStringConvertible {
        case asItWas = "local state"
        case emptied = "an emptied directory"
        case older = "a directory older than the changelog"

        var testDescription: String { rawValue }
    }

    @Test(.timeLimit(.minutes(5)), arguments: State.allCases)
    func aRestartChangesNothing(from state: State) async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            let worker = "product-worker"
            let directory = stack.stateDirectory(worker)
            let items = ItemRecord.make(40)
            stack.start("unit-worker", worker)
            try stack.send(items.map(\.unitEvent) + items.prefix(20).map { $0.event("c", sequence: 1) })
            try settle(stack, Array(items.prefix(20)), price: "1.5", changes: 2)
            if state == .older {
                try stack.stop(worker)
                try FileManager.default.copyItem(atPath: directory, toPath: "\(directory)-copy")
                stack.start(worker)
            }
            // Beyond the copy: prices that changed, items that are new, one that is gone.
            try stack.send(items.prefix(20).map { $0.event(sequence: 2, price: "2.50") })
            try stack.send(items.suffix(20).map { $0.event("c", sequence: 1, price: "2.50") })
            try settle(stack, Array(items.prefix(20)), price: "2.5", changes: 3)
            try settle(stack, Array(items.suffix(20)), price: "2.5", changes: 2)
            try stack.send([items[19].event("d", sequence: 3)])
            try stack.wait(for: "the couplings of a deleted item") {
                ["ITEM-PRODUCT", "UNIT GROUP"].allSatisfy { stack.coupling($0, items[19].id)?.state == .broken }
            }
            let before = stack.monitor.couplings
            let changesBefore = stack.monitor.changes.count

            try stack.stop(worker)
            if state != .asItWas { try FileManager.default.removeItem(atPath: directory) }
            if state == .older { try FileManager.default.moveItem(atPath: "\(directory)-copy", toPath: directory) }
            stack.start(worker)
            // One new item in each partition shows that all of them are read on; a change and a repetition of old ones
            // show that the couplings are known.
            let markers = ItemRecord.onePerPartition(from: 1_000)
            try stack.send(items.prefix(10).map { $0.event(sequence: 2, price: "2.50") })
            try stack.send(items.prefix(5).map { $0.event(sequence: 3, price: "3.50") })
            try stack.send(markers.flatMap { [$0.unitEvent, $0.event("c", sequence: 1)] })
            try settle(stack, markers, price: "1.5", changes: 2)
            try settle(stack, Array(items.prefix(5)), price: "3.5", changes: 4)

            let touched = Set(items.prefix(5).map(\.id) + markers.map(\.id))
            for (pair, coupling) in before where !touched.contains(coupling.bc.id) {
                #expect(stack.monitor.couplings[pair] == coupling, "\(pair)")
            }
            for (index, item) in items.enumerated() {
                var expected = ["create", "setState"]
                if index < 20 { expected.append("update") }
                if index < 5 { expected.append("update") }
                #expect(stack.operations("ITEM-PRODUCT", item.id) == expected, "\(item.number)")
            }
            let products = stack.monitor.changes.filter { $0.entity == "products" }
            #expect(Set(products.map(\.id)).count == products.count)
            #expect(stack.monitor.changes.count - changesBefore == 5 + markers.count * 4)
        }
    }

    private func settle(_ stack: WorkerStack, _ items: [ItemRecord], price: String, changes: Int) throws {
        try stack.wait(for: "\(items.count) products at \(price)") {
            stack.products(items.map(\.id)) { $0.exists && $0.base["price"] == price && $0.waiting == nil }
                && stack.haveChanges(items, changes)
        }
    }
}
