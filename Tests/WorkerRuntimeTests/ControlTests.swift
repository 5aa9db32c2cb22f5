// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import LocalStack
import SyncModel
import Testing

/// Gates and holds pause change topics, never the inbox.
struct ControlTests {
    private static let instant = "2026-01-01T00:00:00Z"

    @Test(.timeLimit(.minutes(5)))
    func aGateAndAHoldPauseTheChangeTopicsWhileTheInboxFlows() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let items = ItemRecord.make(20)
            try stack.send(items.map(\.unitEvent))
            // The unit worker has no gate here: the groups of all items come of the same events.
            try stack.send([items[0].event("c", sequence: 1)])
            try stack.wait(for: "a first product") { stack.haveChanges([items[0]], 2) }

            try control(stack, "gate/product-worker", gate(isOpen: false))
            try stack.wait(for: "the closed gate") { gaugeOfGate(stack) == 0 }
            try stack.send(items[1..<8].map { $0.event("c", sequence: 1) })
            let forwarded = items[8]
            try stack.wait(for: "the units of gated items") {
                items[1..<8].allSatisfy { stack.coupling("ITEM UOM", $0.unitID)?.exists == true }
            }
            try forward(stack, forwarded)
            try stack.wait(for: "a record of the inbox behind a closed gate") {
                stack.coupling("ITEM-PRODUCT", forwarded.id) != nil
            }
            #expect(items[1..<8].allSatisfy { stack.coupling("ITEM-PRODUCT", $0.id) == nil })
            #expect(try lag(stack) == 7)

            try control(stack, "gate/product-worker", gate(isOpen: true))
            try stack.wait(for: "the products behind the gate") { stack.haveChanges(Array(items[1..<8]), 2) }
            #expect(gaugeOfGate(stack) == 1)
            try heldByMapping(stack, items)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aStoppedInstanceTakesItsHeartbeatBack() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker")
            let reader = try Consumer(configuration: stack.kafka, group: nil, observer: nil)
            defer { reader.close() }
            try reader.assign([TopicPartition("sync.status", 0): Consumer.beginning])
            var last: Bool?
            func look() {
                if case .message(let message) = reader.poll(timeoutMs: 100) { last = message.value != nil }
            }
            try stack.wait(for: "a heartbeat") {
                look()
                return last == true
            }
            try stack.stop("unit-worker")
            try stack.wait(for: "the heartbeat to be taken back") {
                look()
                return last == false
            }
        }
    }

    /// What concerns others, or changes nothing, makes nobody read anything again.
    @Test(.timeLimit(.minutes(5)))
    func aRecordThatChangesNothingLetsEveryoneGoOn() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let items = ItemRecord.make(6)
            try stack.send(items.map(\.unitEvent) + items.map { $0.event("c", sequence: 1) })
            try stack.wait(for: "the products") { stack.haveChanges(Array(items[0..<6]), 2) }
            try stack.send(Array("nonsense".utf8), key: Array(items[0].id.utf8), to: "bc.changes.items")
            try stack.wait(for: "a dead letter of each worker") { stack.deadLetters.count == 2 }
            let taken = counts(stack)

            for mapping in ["CURRENCY", "CUSTOMER"] {
                let hold = #"{"type":"hold","mapping":"\#(mapping)","reason":"other","since":"\#(Self.instant)"}"#
                try control(stack, "hold/\(mapping)", hold)
                try control(stack, "hold/\(mapping)", nil)
            }
            try control(stack, "gate/product-worker", gate(isOpen: true))
            // A closed gate shows that everything before it was taken, and what comes after it that all goes on.
            try control(stack, "gate/product-worker", gate(isOpen: false))
            try stack.wait(for: "the closed gate") { gaugeOfGate(stack) == 0 }
            try control(stack, "gate/product-worker", gate(isOpen: true))
            let more = Array(ItemRecord.make(8)[6...])
            try stack.send(more.map(\.unitEvent) + more.map { $0.event("c", sequence: 1) })
            try stack.wait(for: "products behind the control records") { stack.haveChanges(more, 2) }
            #expect(counts(stack) == taken)
            #expect(stack.deadLetters.count == 2)
        }
    }

    /// Events of items that the product worker knew already.
    private func counts(_ stack: WorkerStack) -> [Double?] {
        ["unchanged", "stale"].map {
            stack.metric("product-worker", #"sync_records_total{mapping="ITEM-PRODUCT",result="\#($0)"}"#)
        }
    }

    /// Holding the mapping of items lets resources go on.
    private func heldByMapping(_ stack: WorkerStack, _ items: [ItemRecord]) throws {
        let hold = #"{"type":"hold","mapping":"ITEM-PRODUCT","reason":"clean-up","since":"\#(Self.instant)"}"#
        try control(stack, "hold/ITEM-PRODUCT", hold)
        // No gauge shows a hold: the gate's record behind it does, since both lie in one partition.
        try control(stack, "gate/product-worker", gate(isOpen: false))
        try stack.wait(for: "the gate behind the hold") { gaugeOfGate(stack) == 0 }
        try control(stack, "gate/product-worker", gate(isOpen: true))
        try stack.wait(for: "the gate to open") { gaugeOfGate(stack) == 1 }

        try stack.send(items[10..<14].map { $0.event("c", sequence: 1) })
        let resources = (0..<6).map { "7a9023fe-888a-57ea-8ea9-00000000000\($0)" }
        for id in resources {
            let image =
                #"{"systemId":"\#(id)","number":"R","name":"Welder","unitPrice":1,"blocked":"true","baseUnitOfMeasureCode":"H"}"#
            let source = #""source":{"company":"\#(WorkerStack.company)","sequence":1}"#
            try stack.send([
                ChangeText(
                    topic: "bc.changes.resources",
                    key: id,
                    value: #"{"op":"c","ts_ms":1,\#(source),"after":\#(image)}"#
                )
            ])
        }
        try stack.wait(for: "the resources, which are not held") {
            resources.allSatisfy { stack.coupling("RESOURCE-PRODUCT", $0) != nil }
        }
        #expect(items[10..<14].allSatisfy { stack.coupling("ITEM-PRODUCT", $0.id) == nil })

        try control(stack, "hold/ITEM-PRODUCT", nil)
        try stack.wait(for: "the items that were held") { stack.haveChanges(Array(items[10..<14]), 2) }
        #expect(stack.deadLetters.isEmpty)
    }

    private func control(_ stack: WorkerStack, _ subject: String, _ value: String?) throws {
        try stack.send(value.map { Array($0.utf8) }, key: Array(subject.utf8), to: "sync.control")
        try stack.flush()
    }

    private func gate(isOpen: Bool) -> String {
        let reason = isOpen ? "null" : #""the test closes it""#
        return
            #"{"type":"gate","worker":"product-worker","open":\#(isOpen),"reason":\#(reason),"waitsFor":[],"since":"\#(Self.instant)"}"#
    }

    private func gaugeOfGate(_ stack: WorkerStack) -> Double? {
        stack.metric("product-worker", #"sync_gate_open{worker="product-worker"}"#)
    }

    /// An event that another instance found outside its home partition.
    private func forward(_ stack: WorkerStack, _ item: ItemRecord) throws {
        let event = item.event("c", sequence: 1).value
        let value =
            #"{"type":"forwarded","topic":"bc.changes.items","partition":\#(item.foreignPartition),"offset":9000,"timestamp":1767225600000,"key":null,"value":\#(event)}"#
        try stack.send(
            Array(value.utf8),
            key: Array(item.id.utf8),
            to: "sync.inbox.product-worker",
            partition: item.home
        )
        try stack.flush()
    }

    /// Events of items that the product worker has not committed.
    private func lag(_ stack: WorkerStack) throws -> Int64 {
        let partitions = (0..<ItemRecord.partitionCount).map { TopicPartition("bc.changes.items", $0) }
        let ends = try stack.admin.endOffsets(partitions, isolation: .readUncommitted)
        let committed = try stack.admin.groupOffsets("product-worker", partitions)
        return partitions.reduce(0) { $0 + (ends[$1] ?? 0) - (committed[$1].flatMap { $0 } ?? 0) }
    }
}
