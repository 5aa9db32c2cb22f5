// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import JSON
import Kafka
import LocalStack
import Operations
import Synchronization
import SyncModel
import Testing

/// `syncctl explain` names the right cause of what real workers did.
struct ExplainTests {
    private static let instant = "2026-01-01T00:00:00Z"

    /// Runs `syncctl`; exit status and output.
    private func syncctl(_ stack: WorkerStack, _ arguments: String...) -> (status: Int32, output: String) {
        let output = Mutex("")
        let console = Console {
            text in
            output.withLock { $0 += text }
        } errors: { text in
            output.withLock { $0 += text }
        }
        let status = Syncctl.command().run(
            arguments: arguments,
            console: console,
            environment: ["KAFKA_BOOTSTRAP_SERVERS": stack.broker.bootstrapServers]
        )
        return (status, output.withLock { $0 })
    }

    private func report(_ stack: WorkerStack, _ name: String) throws -> JSONValue {
        try JSONDocument().parse(syncctl(stack, "explain", name, "--json").output)
    }

    /// The causes of a pair that is found by its id.
    private func causes(_ stack: WorkerStack, _ id: String) throws -> [String?] {
        let pair = try report(stack, id)["pairs"]?.elements.first { _ in true }
        return pair?["causes"]?.elements.map { $0["cause"]?.string } ?? []
    }

    private static let listID = "7b3ae83e-ec49-5d44-b32d-55dcb781de54"

    private func lineID(_ item: ItemRecord) -> String { "8" + item.id.dropFirst() }

    /// A price list, and a price of each item.
    private func prices(_ items: [ItemRecord]) -> [ChangeText] {
        let list =
            #"{"systemId":"\#(Self.listID)","code":"S1","description":"All","sourceGroup":"Customer","sourceType":"All Customers","priceType":"Sale","amountType":"Price","currencyCode":"","status":"Active"}"#
        let lines = items.map { item in
            (
                lineID(item),
                #"{"systemId":"\#(lineID(item))","priceListCode":"S1","lineNo":10000,"sourceGroup":"Customer","assetType":"Item","assetNo":"\#(item.number)","productNo":"\#(item.number)","assetId":"\#(item.id)","variantCode":"","unitOfMeasureCode":"","minimumQuantity":0,"currencyCode":"","priceType":"Sale","amountType":"Price","unitPrice":1,"status":"Active"}"#
            )
        }
        func event(_ topic: String, _ id: String, _ image: String) -> ChangeText {
            let source = #""source":{"company":"\#(WorkerStack.company)","sequence":1}"#
            return ChangeText(topic: topic, key: id, value: #"{"op":"c","ts_ms":1,\#(source),"after":\#(image)}"#)
        }
        return [event("bc.changes.price-lists", Self.listID, list)]
            + lines.map { event("bc.changes.price-list-lines", $0.0, $0.1) }
    }

    private func control(_ stack: WorkerStack, _ subject: String, _ value: String?) throws {
        try stack.send(value.map { Array($0.utf8) }, key: Array(subject.utf8), to: "sync.control")
        try stack.flush()
    }

    @Test(.timeLimit(.minutes(10)))
    func theCauseIsNamed() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker", "price-worker")
            let items = ItemRecord.make(3)
            let (unseen, failing, blocked) = (items[0], items[1], items[2])
            // Its unit does not come; it has no unit; it is blocked.
            var failed = failing.event("c", sequence: 1)
            failed.value = failed.value.replacing(#""PCS""#, with: #""""#)
            var filtered = blocked.event("c", sequence: 1)
            filtered.value = filtered.value.replacing(#""blocked":false"#, with: #""blocked":true"#)
            try stack.send([unseen.event("c", sequence: 1), failed, filtered] + prices(items))
            try stack.wait(for: "prices that wait") {
                items.allSatisfy { stack.coupling("PLLINE-PRODPRICE", lineID($0))?.state == .waiting }
                    && stack.coupling("ITEM-PRODUCT", unseen.id)?.state == .waiting
                    && stack.coupling("ITEM-PRODUCT", failing.id)?.state == .failed
                    && stack.coupling("ITEM-PRODUCT", blocked.id)?.state == .filtered
            }
            #expect(try causes(stack, lineID(failing)) == ["failed"])
            #expect(try causes(stack, lineID(blocked)) == ["filtered"])
            #expect(syncctl(stack, "skip", failing.id, "--mapping", "ITEM-PRODUCT").status == 0)
            try stack.wait(for: "the skipped item") {
                stack.coupling("ITEM-PRODUCT", failing.id)?.state == .skipped
            }
            #expect(try causes(stack, lineID(failing)) == ["skipped"])
            try unseenUnit(stack, unseen)
            try theUnitComes(stack, unseen)
        }
    }

    /// Why the unit never came: nobody knows, it is held, its gate is closed, its worker does not run.
    private func unseenUnit(_ stack: WorkerStack, _ item: ItemRecord) throws {
        #expect(try causes(stack, lineID(item)) == ["unseen"])
        try control(
            stack,
            "gate/unit-worker",
            #"{"type":"gate","worker":"unit-worker","open":false,"reason":"a test","waitsFor":[],"since":"2026-01-01T00:00:00Z"}"#
        )
        #expect(try causes(stack, lineID(item)) == ["gate-closed"])
        let hold = #"{"type":"hold","mapping":"ITEM UOM","reason":"clean-up","since":"\#(Self.instant)"}"#
        try control(stack, "hold/ITEM UOM", hold)
        #expect(try causes(stack, lineID(item)) == ["held"])
        try stack.wait(for: "the closed gate") {
            stack.metric("unit-worker", #"sync_gate_open{worker="unit-worker"}"#) == 0
        }
        // What lies unread has no pair, and is told all the same.
        try stack.send([item.unitEvent])
        let unit = try report(stack, item.unitID)
        #expect(unit["found"]?.bool == false)
        #expect(unit["unread"]?.elements.first { $0["mapping"]?.string == "ITEM UOM" }?["cause"]?.string == "held")
        try stack.stop("unit-worker")
        #expect(try causes(stack, lineID(item)) == ["worker-stopped"])
    }

    /// With nothing in its way any more everything goes on, and the whole way is told.
    private func theUnitComes(_ stack: WorkerStack, _ item: ItemRecord) throws {
        try control(stack, "gate/unit-worker", nil)
        try control(stack, "hold/ITEM UOM", nil)
        stack.start("unit-worker")
        try stack.wait(for: "the price") { stack.coupling("PLLINE-PRODPRICE", lineID(item))?.exists == true }
        let outcome = syncctl(stack, "explain", item.id, "--mapping", "ITEM-PRODUCT")
        #expect(outcome.status == 0)
        for text in [
            "ITEM-PRODUCT \(item.number) has arrived", "create, sequence 1", "crm.outbound.products", "setState ",
        ] {
            #expect(outcome.output.contains(text), "\(outcome.output)")
        }
        #expect(!outcome.output.contains("not read yet"), "\(outcome.output)")
    }
}
