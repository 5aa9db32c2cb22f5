// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Input that no well-behaved producer sends: it fails alone, and the worker goes on.
struct HostileInputTests {
    private func withProducts() throws -> Installation {
        let installation = try Installation()
        installation.send("items", Sample.item("1000"))
        installation.send("item-units", Sample.itemUnit("1000"))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        return installation
    }

    @Test func quantityThatIsNoNumberFailsAnInvoiceWithVATAlone() throws {
        let installation = try withProducts()
        let line = Sample.line("I1", 10_000, item: "1000", ["quantity": "x"])
        installation.send(
            "sales-invoices",
            Sample.invoice("I1", customer: "C1", lines: [line], ["pricesIncludeTax": true])
        )
        let good = Sample.line("I2", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I2", customer: "C1", lines: [good]))
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESINV-INV", Sample.id("invoice I1"))?.state == .failed)
        #expect(
            installation.operations("POSTEDSALESINV-INV", Sample.id("invoice I2")) == [.create, .update, .setState]
        )
    }

    /// Taken for a blank it would be sent, taken for "yes" an item that is in use would be retired.
    @Test(arguments: ["maybe", 5, ["yes": true], Value.array([true])] as [Value])
    func filterPropertyThatSaysNeitherYesNorNoFailsItsRecord(blocked: Value) throws {
        let installation = try withProducts()
        let item = Sample.id("item 1000")
        let before = installation.operations("ITEM-PRODUCT", item)
        installation.send("items", Sample.item("1000", ["blocked": blocked]))
        try installation.settle()
        let failed = try #require(try installation.coupling("ITEM-PRODUCT", item))
        #expect(failed.state == .failed)
        #expect(failed.error?.code == "WrongType")
        #expect(failed.error?.message.contains("\"blocked\"") == true)
        #expect(installation.operations("ITEM-PRODUCT", item) == before)
        installation.send("items", Sample.item("1000", ["blocked": "false", "displayName": "Chair"]))
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["name"] == "Chair")
    }

    @Test(arguments: [("source", 5), ("source", "x"), ("company", 5), ("company", ["x": 1])] as [(String, Value)])
    func eventWhoseSourceIsNoneIsUnreadable(member: String, value: Value) throws {
        let installation = try Installation()
        let id = Sample.id("customer C1")
        let source: Value = member == "source" ? value : ["system": "business-central", "company": value]
        let event: Value = ["op": "u", "ts_ms": .number("1"), "source": source, "after": Sample.customer("C1")]
        installation.produce("bc.changes.customers", key: id, value: event.bytes)
        try installation.settle()
        #expect(installation.deadLetters.count == 1)
        #expect(try installation.coupling("CUSTOMER", id) == nil)
    }

    @Test func anEmptyCompanyIsNone() throws {
        let installation = try Installation(.init(adjust: { $0.company = Installation.company }))
        let customer = Sample.customer("C1")
        let source: Value = ["system": "business-central", "company": ""]
        let event: Value = ["op": "c", "ts_ms": .number("1"), "source": source, "after": customer]
        installation.produce("bc.changes.customers", key: customer["systemId"]?.text, value: event.bytes)
        try installation.settle()
        #expect(installation.deadLetters.isEmpty)
        #expect(try installation.coupling("CUSTOMER", Sample.id("customer C1"))?.state == .coupled)
    }

    /// Kafka's keys are bytes, so "é" in one code point and in two are two companies.
    @Test func companiesThatLookAlikeAreTwo() throws {
        let installation = try Installation()
        let companies = ["Caf\u{e9}", "Cafe\u{301}"]
        func send(_ entity: String, _ record: Value) {
            for company in companies {
                let source: Value = ["system": "business-central", "company": .text(company)]
                let event: Value = ["op": "c", "ts_ms": .number("1"), "source": source, "after": record]
                installation.produce("bc.changes.\(entity)", key: record["systemId"]?.text, value: event.bytes)
            }
        }
        send("items", Sample.item("1000"))
        try installation.settle()
        send("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        let products = installation.changes.filter { $0.mapping == "ITEM-PRODUCT" && $0.operation == .create }
        #expect(Set(products.map { Array($0.pairKey.company.utf8) }) == Set(companies.map { Array($0.utf8) }))
    }

    @Test(arguments: [1, 36, 64, 600, 5_000])
    func lineWithAnIdOfAnyLengthArrives(length: Int) throws {
        let installation = try withProducts()
        let id = String(repeating: "x", count: length)
        let line = Sample.line("I1", 10_000, item: "1000", ["systemId": .text(id)])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        #expect(installation.changes.count { $0.mapping == "POSTEDSALESLINE-INV" && $0.operation == .create } == 1)
    }

    @Test(
        arguments: [
            ("LineWithoutID", Sample.line("I1", 20_000, item: "1000", ["systemId": nil, "sequence": nil])),
            ("LineWithoutID", Sample.line("I1", 20_000, item: "1000", ["systemId": nil, "sequence": true])),
            ("WrongType", "a text"), ("WrongType", Value.null),
            ("DuplicateLine", Sample.line("I1", 10_000, item: "1000", ["quantity": 3])),
        ] as [(String, Value)]
    )
    func lineThatCannotBeToldApartFailsItsInvoiceUntilItCan(code: String, line: Value) throws {
        let installation = try withProducts()
        let good = Sample.line("I1", 10_000, item: "1000")
        let invoice = Sample.id("invoice I1")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [good, line], count: 1))
        try installation.settle()
        let failed = try #require(try installation.coupling("POSTEDSALESINV-INV", invoice))
        #expect(failed.state == .failed)
        #expect(failed.error?.code == code)
        #expect(failed.error?.message.hasPrefix("line 2 of \"salesInvoiceLines\"") == true)
        #expect(installation.operations("POSTEDSALESINV-INV", invoice).isEmpty)
        let second = Sample.line("I1", 20_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [good, second]))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
        #expect(installation.changes.count { $0.mapping == "POSTEDSALESLINE-INV" && $0.operation == .create } == 2)
    }

    @Test func linesThatAreNoArrayFailTheirInvoice() throws {
        let installation = try withProducts()
        let lines: Value = ["line": Sample.line("I1", 10_000, item: "1000")]
        installation.send(
            "sales-invoices",
            Sample.invoice("I1", customer: "C1", lines: nil, count: 1, ["salesInvoiceLines": lines])
        )
        try installation.settle()
        let invoice = try installation.coupling("POSTEDSALESINV-INV", Sample.id("invoice I1"))
        #expect(invoice?.error?.code == "WrongType")
    }

    @Test func commentWithoutAnIdIsLeftOut() throws {
        let installation = try withProducts()
        let comment: Value = ["lineType": "Comment", "description": "Thank you"]
        let good = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [comment, good], count: 1))
        try installation.settle()
        #expect(
            installation.operations("POSTEDSALESINV-INV", Sample.id("invoice I1")) == [.create, .update, .setState]
        )
    }

    @Test func referenceByAnImpossibleIdWaits() throws {
        let installation = try Installation()
        let id: Value = .text(String(repeating: "9", count: 600))
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["itemId": id]))
        try installation.settle()
        let unit = try #require(try installation.coupling("ITEM UOM", Sample.itemUnit("1000")["systemId"]?.text ?? ""))
        #expect(unit.state == .waiting)
    }

    @Test(arguments: ["", String(repeating: "k", count: 600)])
    func resultForAnImpossiblePairIsPassedOver(pairKey: String) throws {
        let installation = try Installation(.init(isConfirmed: true))
        let result: Value = [
            "type": "result", "pairKey": .text(pairKey), "changeId": .text(Sample.id("change")), "status": "applied",
        ]
        installation.produce("sync.inbox.unit-worker", key: "k", value: result.bytes, partition: 0)
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(installation.operations("UNIT GROUP", Sample.id("item 1000")) == [.create])
    }

    /// What was taken from it would not fit beside the origin that its dead letter names.
    @Test(
        arguments: [
            ("topic", "bc.changes.i\tems"), ("topic", .text(String(repeating: "t", count: 250))), ("topic", ""),
            ("topic", "..."), ("partition", .number("4294967296")),
        ] as [(String, Value)]
    )
    func forwardedEventFromNowhereIsADeadLetterAsItCame(member: String, value: Value) throws {
        let installation = try Installation()
        var event: [String: Value] = [
            "type": "forwarded", "topic": "bc.changes.items", "partition": .number("0"), "offset": .number("7"),
            "key": .null, "value": .null,
        ]
        event[member] = value
        let bytes = Value.object(event).bytes
        installation.produce("sync.inbox.product-worker", key: "k", value: bytes, partition: 0)
        try installation.settle()
        #expect(installation.deadLetters.map(\.value) == [bytes])
        #expect(installation.deadLetters.first?.reason == "a forwarded event without its origin")
    }

    @Test(arguments: ["failed", "applied"])
    func longWordsOfADeliveryAreCutToWhatACouplingHolds(status: String) throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("items", Sample.item("1000"))
        try installation.runWorkers()
        let item = Sample.id("item 1000")
        let pair = PairKey(mapping: "UNIT GROUP", company: Installation.company, id: item).description
        let known = try #require(try installation.coupling("UNIT GROUP", item))
        let long = Value.text(String(repeating: "m", count: 300_000))
        let row: Value = ["entity": "uoms", "recordId": .text(Sample.id("unit"))]
        var rows = Dictionary(uniqueKeysWithValues: (0..<100).map { ("role \($0)", row) })
        rows["long"] = ["entity": long, "recordId": long]
        let result: Value = [
            "type": "result", "pairKey": .text(pair), "changeId": .text(known.inFlight?.changeID ?? ""),
            "status": .text(status), "etag": long, "related": .object(rows),
            "error": ["class": "permanent", "code": long, "message": long],
        ]
        installation.produce("sync.inbox.unit-worker", key: pair, value: result.bytes, partition: 0)
        for partition: Int32 in 1..<3 {
            installation.produce("sync.inbox.unit-worker", key: pair, value: result.bytes, partition: partition)
        }
        try installation.runWorkers()
        let coupling = try #require(try installation.coupling("UNIT GROUP", item))
        #expect(coupling.inFlight == nil)
        #expect(coupling.error?.code.count == (status == "failed" ? 100 : nil))
        #expect(coupling.error?.message.count == (status == "failed" ? 2_000 : nil))
        #expect(coupling.crm.etag == nil)
        #expect(coupling.crm.related.count <= 32 && coupling.crm.related["long"] == nil)
    }

    @Test func commandInAForeignPartitionIsTakenAtHome() throws {
        let installation = try Installation()
        installation.send("items", Sample.item("1000", unit: ""))
        try installation.settle()
        let item = Sample.id("item 1000")
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .failed)
        let pair = PairKey(mapping: "ITEM-PRODUCT", company: Installation.company, id: item).description
        let value: Value = ["type": "command", "command": "skip", "pairKey": .text(pair)]
        for partition: Int32 in 0..<3 {
            installation.produce("sync.inbox.product-worker", key: pair, value: value.bytes, partition: partition)
        }
        let before = installation.forwarded
        try installation.settle()
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .skipped)
        #expect(installation.forwarded == before + 2)
    }

    @Test func lineThatIsDeletedBeforeItsCreateIsHomeIsDeleted() throws {
        let installation = try withProducts()
        let line = Sample.line("I1", 10_000, item: "1000")
        let id = Sample.id("line I1/10000")
        // Any partition but home forwards; the delete that follows names no document.
        for partition: Int32 in 0..<3 {
            installation.send("sales-invoice-lines", line, partition: partition)
            installation.send("sales-invoice-lines", ["systemId": .text(id)], op: "d", partition: partition)
        }
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESLINE-INV", id)?.state == .deleted)
        #expect(installation.deadLetters.isEmpty)
    }

    @Test func deeplyNestedImageThatWaitsIsReadAgain() throws {
        let installation = try Installation()
        var nested: Value = ["end": true]
        for _ in 0..<60 { nested = ["x": nested] }
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["extra": nested]))
        try installation.settle()
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(installation.changes.contains { $0.mapping == "ITEM UOM" && $0.operation == .create })
    }
}
