// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import Foundation
import JSON
import Kafka
import LocalStack
import SyncEngine
import SyncModel
import Synchronization
import Testing

/// SYNC_DELIVERY=confirmed: a change counts when it is reported applied, and at most one of a pair is in flight.
struct ConfirmedDeliveryTests {
    @Test(.timeLimit(.minutes(5)))
    func changesBehindOneInFlightMergeAndFailuresAreMendedByTheNextEvent() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            stack.engine.isConfirmed = true
            let items = ItemRecord.make(8)
            let target = HeldTarget(refusing: items[7].number)
            // The target first, so that nothing waits for it while the stack is closed.
            defer {
                target.open()
                stack.close()
            }
            stack.start("unit-worker", "product-worker")
            stack.deliver { target.apply($0) }
            try stack.send(items.map(\.unitEvent) + items.map { $0.event("c", sequence: 1) })
            try stack.wait(for: "creates on their way") { stack.haveChanges(items, 1) }
            for item in items {
                #expect(stack.operations("ITEM-PRODUCT", item.id) == ["create"])
            }
            try stack.wait(for: "their couplings") { stack.products(items.map(\.id)) { $0.inFlight != nil } }
            #expect(stack.products(items.map(\.id)) { $0.state == .pending && !$0.exists })
            // Behind the create that nobody has answered yet.
            for sequence in 2...4 {
                try stack.send(items.prefix(7).map { $0.event(sequence: sequence, price: "\(sequence).00") })
            }
            try stack.wait(for: "the newest prices to wait") {
                stack.products(items.prefix(7).map(\.id)) { $0.bc.version.sequence == 4 }
            }
            #expect(stack.monitor.changes.count { $0.entity == "products" } == items.count)
            target.open()

            try stack.wait(for: "seven products and one refused") {
                stack.products(items.prefix(7).map(\.id)) {
                    $0.exists && $0.inFlight == nil && $0.waiting == nil && $0.base["price"] == "4"
                }
                    && stack.products([items[7].id]) { $0.state == .failed }
            }
            for item in items.prefix(7) {
                // As the newest price asks for, one update, and no earlier price.
                let operations = stack.operations("ITEM-PRODUCT", item.id)
                #expect(operations.sorted() == ["create", "setState", "update"], "\(operations)")
            }
            let failed = stack.coupling("ITEM-PRODUCT", items[7].id)
            #expect(failed?.error?.code == "Refused" && failed?.error?.errorClass == .permanent)
            #expect(failed?.exists == false && failed?.inFlight == nil)

            target.refuse(nil)
            try stack.send([items[7].event(sequence: 2, price: "9.00")])
            try stack.wait(for: "the product that was refused") {
                stack.products([items[7].id]) {
                    $0.exists && $0.inFlight == nil && $0.waiting == nil && $0.base["price"] == "9"
                }
            }
            #expect(target.refusals.isEmpty && target.doubled.isEmpty)
            #expect(stack.deadLetters.isEmpty)
        }
    }

    /// The strict stand-in, which answers about products only once it is opened, and refuses one of them.
    private final class HeldTarget: Sendable {
        private let simulated = SimulatedTarget(baseCurrency: "GBP")
        private let refused: Mutex<String?>
        private let isOpen = Mutex(false)
        private let opened = DispatchSemaphore(value: 0)

        init(refusing number: String) {
            refused = Mutex(number)
        }

        var refusals: [String] { simulated.refusals.map(\.error.message) }
        var doubled: [String] { simulated.doubled }

        func open() {
            isOpen.withLock { isOpen in
                if !isOpen { opened.signal() }
                isOpen = true
            }
        }

        func refuse(_ number: String?) { refused.withLock { $0 = number } }

        func apply(_ change: [UInt8]) -> [UInt8]? {
            guard let json = try? JSONDocument().parse(change), json["entity"]?.string == "products" else {
                return simulated.apply(change)
            }
            opened.wait()
            opened.signal()
            let number = refused.withLock { $0 }
            guard let number, json["body"]?["productnumber"]?.string == number else { return simulated.apply(change) }
            var writer = JSONWriter()
            writer.beginObject()
            for name in ["changeId", "mapping", "pairKey", "recordId"] {
                writer.key(name)
                writer.string(json[name]?.string ?? "")
            }
            writer.key("type")
            writer.string("result")
            writer.key("status")
            writer.string("failed")
            writer.key("etag")
            writer.null()
            writer.key("related")
            writer.beginObject()
            writer.endObject()
            writer.key("attempts")
            writer.integer(1)
            writer.key("error")
            writer.beginObject()
            for (name, text) in [("class", "permanent"), ("code", "Refused"), ("message", "as the test asks")] {
                writer.key(name)
                writer.string(text)
            }
            writer.endObject()
            writer.endObject()
            return writer.bytes
        }
    }
}
