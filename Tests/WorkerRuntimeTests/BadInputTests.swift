// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import LocalStack
import SyncModel
import Testing

/// I6: bad input is never lost and never blocks.
struct BadInputTests {
    /// Every kind of bad input between good events, read by two workers: each writes its own dead letter, byte for byte.
    @Test(.timeLimit(.minutes(2)))
    func unreadableEventsGoToTheDeadLettersAndTheOthersFlowOn() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let bad = BadInput.all()
            let items = ItemRecord.make(bad.count + 10)
            // Where each bad event lay: good events of its own partition follow it.
            for (index, item) in items.enumerated() {
                try stack.send([item.event("c", sequence: 1), item.unitEvent])
                guard index < bad.count else { continue }
                try stack.send(
                    bad[index].value,
                    key: bad[index].key,
                    to: "bc.changes.items",
                    partition: Int32(index) % ItemRecord.partitionCount,
                    headers: BadInput.headers + [Header("case", bad[index].name)]
                )
            }
            // A tombstone of a record that nobody knows is ignored; of one that is known it is a delete.
            try stack.send(nil, key: Array("3a9023fe-888a-57ea-8ea9-e074c9acd461".utf8), to: "bc.changes.items")
            try stack.flush()
            try stack.wait(for: "\(items.count) products") {
                stack.products(items.map(\.id)) { $0.exists && $0.waiting == nil } && stack.haveChanges(items, 2)
            }
            try stack.wait(for: "two dead letters for each bad event") { stack.deadLetters.count >= 2 * bad.count }
            try deleteByTombstone(stack, items[0])

            #expect(stack.deadLetters.count == 2 * bad.count)
            for input in bad { expectDeadLetters(of: input, in: stack) }
            for item in items {
                #expect(stack.operations("ITEM-PRODUCT", item.id) == ["create", "setState"], "\(item.number)")
            }
            let pairs = stack.monitor.couplings.keys.filter { $0.hasPrefix("ITEM-PRODUCT/") }
            #expect(pairs.count == items.count)
            for worker in ["unit-worker", "product-worker"] {
                #expect(stack.metric(worker, #"sync_dead_letters_total{class="malformed"}"#) == Double(bad.count))
            }
        }
    }

    /// A value as large as the dead letters take goes along, a larger one stays where it lies, and the letter says so.
    @Test(.timeLimit(.minutes(5)))
    func aValueTooLargeForTheDeadLettersStaysWhereItLies() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("product-worker")
            // The embedded broker keeps less than one of these, so each has its partition here and there, and is awaited.
            let count = Int32(stack.partitions(of: "sync.dead-letters"))
            let keys = (0..<count * 4).map { "\($0)" }.sorted {
                Murmur2.partition(forKey: $0, count: count) < Murmur2.partition(forKey: $1, count: count)
            }
            let ends = [keys.first, keys.last].compactMap { $0 }
            for (index, size) in [8_000_000, 8_000_001].enumerated() {
                let value = [UInt8](repeating: 120, count: size)
                try stack.send(value, key: Array(ends[index].utf8), to: "bc.changes.resources", partition: Int32(index))
                try stack.flush()
                try stack.wait(for: "the dead letter of \(size) bytes") { stack.deadLetters.count == index + 1 }
                let letter = stack.deadLetters[index]
                #expect(letter.key == Array(ends[index].utf8))
                #expect(letter.value == (index == 0 ? value : nil))
                #expect(text("sync-value-omitted", of: letter)?.hasPrefix("8000001 bytes") == (index == 0 ? nil : true))
                #expect(text("sync-partition", of: letter) == "\(index)")
            }
        }
    }

    private func deleteByTombstone(_ stack: WorkerStack, _ item: ItemRecord) throws {
        try stack.send(nil, key: Array(item.id.utf8), to: "bc.changes.items")
        try stack.flush()
        try stack.wait(for: "the coupling of a deleted item") {
            stack.coupling("ITEM-PRODUCT", item.id)?.state == .broken
        }
    }

    private func expectDeadLetters(of input: BadInput, in stack: WorkerStack) {
        let name = input.name
        let letters = stack.deadLetters.filter { $0.headers.contains(Header("case", name)) }
        #expect(letters.count == 2, "\(name)")
        #expect(Set(letters.map { text("sync-worker", of: $0) }) == ["unit-worker", "product-worker"], "\(name)")
        for letter in letters {
            #expect(letter.key == input.key, "\(name)")
            #expect(letter.value == input.value, "\(name)")
            #expect(Array(letter.headers.prefix(4)) == BadInput.headers, "\(name)")
            #expect(text("sync-topic", of: letter) == "bc.changes.items", "\(name)")
            #expect(text("sync-error-class", of: letter) == "malformed", "\(name)")
            let reason = text("sync-error", of: letter) ?? ""
            #expect(!reason.isEmpty && (input.reason.isEmpty || reason.contains(input.reason)), "\(name): \(reason)")
            #expect(text("sync-time", of: letter)?.hasSuffix("Z") == true, "\(name)")
            #expect(text("sync-value-omitted", of: letter) == nil, "\(name)")
            let offset = text("sync-offset", of: letter).flatMap { Int64($0) }
            let partition = text("sync-partition", of: letter).flatMap { Int32($0) }
            #expect(offset != nil && partition != nil, "\(name)")
        }
        // Both say the same place, which is where the event lay.
        #expect(
            Set(letters.map { "\(text("sync-partition", of: $0) ?? "") \(text("sync-offset", of: $0) ?? "")" }).count
                == 1,
            "\(name)"
        )
    }

    private func text(_ header: String, of record: WorkerStack.Record) -> String? {
        record.headers.first { $0.name == header }?.value.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A record whose id can be read and whose field cannot is failed; its next change is tried at once.
    @Test(.timeLimit(.minutes(5)))
    func aWrongTypeFailsTheRecordUntilItsNextChange() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let items = ItemRecord.make(4)
            let wrong = [#""cheap""#, "[1]", #"{"amount":1}"#]
            for (index, item) in items.enumerated() {
                let price = index < wrong.count ? wrong[index] : "2.50"
                try stack.send([item.unitEvent, item.event("c", sequence: 1, price: price)])
            }
            try stack.wait(for: "three failed records and one product") {
                stack.products(items.prefix(3).map(\.id)) { $0.state == .failed }
                    && stack.products([items[3].id]) { $0.exists }
            }
            for item in items.prefix(3) {
                let error = stack.coupling("ITEM-PRODUCT", item.id)?.error
                #expect(error?.errorClass == .permanent)
                #expect(error?.code == "WrongType")
                #expect(error?.message.contains("unitPrice") == true)
                #expect(stack.operations("ITEM-PRODUCT", item.id).isEmpty)
            }
            try stack.send(items.prefix(3).map { $0.event(sequence: 2, price: "3.50") })
            try stack.wait(for: "the records whose price was mended") { stack.haveChanges(items, 2) }
            try stack.wait(for: "their couplings") { stack.products(items.map(\.id)) { $0.exists } }
            for item in items.prefix(3) {
                let coupling = stack.coupling("ITEM-PRODUCT", item.id)
                #expect(coupling?.state == .coupled)
                #expect(coupling?.base["price"] == "3.5")
                #expect(coupling?.error == nil && coupling?.failures == 0)
                #expect(stack.operations("ITEM-PRODUCT", item.id) == ["create", "setState"])
            }
            #expect(stack.deadLetters.isEmpty)
        }
    }

    /// Object keys as a database connector writes them, no key, foreign partitions: the same outcome by way of the inbox.
    @Test(.timeLimit(.minutes(5)))
    func eventsOutsideTheirHomePartitionAreForwarded() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let items = ItemRecord.make(12)
            for (index, item) in items.enumerated() {
                var event = item.event("c", sequence: 1, partition: item.foreignPartition)
                switch index % 4 {
                case 0: event.key = nil
                case 1: event.key = #"{"systemId":"\#(item.id.uppercased())"}"#
                case 2: event.key = #"{"schema":{"type":"struct"},"payload":{"id":"\#(item.id)"}}"#
                default: break
                }
                try stack.send([
                    event, item.unitEvent, item.event(sequence: 2, price: "7.25", partition: item.foreignPartition),
                ])
            }
            try stack.wait(for: "products with their second price") {
                stack.products(items.map(\.id)) { $0.exists && $0.base["price"] == "7.25" && $0.waiting == nil }
                    && stack.haveChanges(items, 2)
            }
            for worker in ["unit-worker", "product-worker"] {
                #expect(stack.metric(worker, "sync_forwarded_total") == Double(2 * items.count))
            }
            for change in stack.monitor.changes where change.entity == "products" {
                #expect(change.causation.hasPrefix("bc.changes.items/"))
            }
            for item in items {
                let operations = stack.operations("ITEM-PRODUCT", item.id)
                #expect(Array(operations.prefix(2)) == ["create", "setState"])
                #expect(operations.count <= 3)
            }
            #expect(stack.deadLetters.isEmpty)
        }
    }
}
