// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// What one record goes through from its first event on.
struct LifeOfARecordTests {
    private let item = Sample.id("item 1000")

    @Test func itemWithUnitBecomesAnActiveProduct() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        #expect(installation.operations("ITEM-PRODUCT", item) == [.create, .setState])
        let row = try #require(try installation.row("ITEM-PRODUCT", item))
        #expect(row["productnumber"] == "1000")
        #expect(row["price"] == "649.4")
        #expect(row["statecode"] == "0")
        #expect(row["transactioncurrencyid"] == installation.dataverse.baseCurrencyID)
        let group = try #require(try installation.row("UNIT GROUP", item))
        #expect(group["name"] == "ITEM 1000 UOM GR")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func updateHoldsOnlyWhatChanged() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("items", Sample.item("1000", ["unitPrice": 700]))
        try installation.settle()
        let changes = installation.changes("ITEM-PRODUCT", item)
        #expect(changes.map(\.operation) == [.create, .setState, .update])
        #expect(changes.last?.names == ["price"])
        #expect(changes.last?["price"] == "700")
    }

    @Test func sameValuesAgainWriteNothing() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        let before = installation.changes.count
        installation.send("items", Sample.item("1000", ["unitPrice": .number("649.4")]))
        try installation.settle()
        #expect(installation.changes.count == before)
        #expect(installation.count(.unchanged, "ITEM-PRODUCT") == 1)
    }

    @Test func olderVersionNeverOverwritesNewer() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        let past = installation.now - 60_000
        installation.send("items", Sample.item("1000", ["unitPrice": 1]), at: past)
        try installation.settle()
        #expect(installation.count(.stale, "ITEM-PRODUCT") == 1)
        #expect(try installation.row("ITEM-PRODUCT", item)?["price"] == "649.4")
    }

    @Test func rowVersionsDecideBeforeTimes() throws {
        let installation = try Installation()
        installation.send("items", Sample.item("1000"), sequence: 20)
        installation.send("item-units", Sample.itemUnit("1000"))
        installation.send("items", Sample.item("1000", ["unitPrice": 1]), sequence: 19)
        installation.send("items", Sample.item("1000", ["unitPrice": 2]), sequence: 20)
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["price"] == "649.4")
        #expect(installation.count(.stale, "ITEM-PRODUCT") == 1)
        #expect(installation.count(.unchanged, "ITEM-PRODUCT") == 1)
    }

    /// I7: the version last seen counts as a whole, also where it tells less than an older one.
    @Test func whatTheLastEventDoesNotTellIsNotTakenFromAnOlderOne() throws {
        let installation = try Installation()
        let start = installation.now
        installation.send("customers", Sample.customer("C1", ["displayName": "one"]), sequence: 5, at: start)
        installation.send("customers", Sample.customer("C1", ["displayName": "three"]), at: start + 3_000)
        installation.send("customers", Sample.customer("C1", ["displayName": "two"]), sequence: 6, at: start + 2_000)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", Sample.id("customer C1"))?["name"] == "three")
        #expect(installation.count(.stale, "CUSTOMER") == 1)
        // Nor a time of modification, where the last event tells only its own.
        let timeless = Sample.customer("C1", ["displayName": "five", "lastModifiedDateTime": .null])
        installation.send("customers", timeless, at: start + 5_000)
        installation.send("customers", Sample.customer("C1", ["displayName": "four"]), at: start + 4_000)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", Sample.id("customer C1"))?["name"] == "five")
        #expect(installation.count(.stale, "CUSTOMER") == 2)
    }

    @Test(arguments: [false, true])
    func anOlderEventWithARowVersionDoesNotReviveWhatWasDeletedWithoutOne(isOther: Bool) throws {
        let installation = try Installation(.init(adjust: { if isOther { $0.deletionPolicy = .deleteOther } }))
        let start = installation.now
        installation.send("customers", Sample.customer("C1"), sequence: 5, at: start)
        installation.delete("customers", Sample.customer("C1"), at: start + 9_000)
        installation.send("customers", Sample.customer("C1", ["displayName": "late"]), sequence: 6, at: start + 2_000)
        try installation.settle()
        let coupling = try #require(try installation.coupling("CUSTOMER", Sample.id("customer C1")))
        #expect(coupling.state == (isOther ? .deleted : .broken))
        installation.send("customers", Sample.customer("C1", ["displayName": "new"]), sequence: 7, at: start + 10_000)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", Sample.id("customer C1"))?["name"] == "new")
    }

    /// A deleted document ends its lines, by its own version.
    @Test func anOlderLineDoesNotReviveOneThatEndedWithItsDocument() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let start = installation.now
        let (line, id) = (Sample.line("I1", 10_000, item: "1000"), Sample.id("line I1/10000"))
        let invoice = Sample.invoice("I1", customer: "C1", lines: nil, count: 1)
        installation.send("sales-invoices", invoice, sequence: 5, at: start)
        installation.send("sales-invoice-lines", line, sequence: 5, at: start)
        try installation.settle()
        installation.delete("sales-invoices", invoice, at: start + 9_000)
        installation.send("sales-invoice-lines", line, sequence: 6, at: start + 2_000)
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESLINE-INV", id)?.state == .broken)
    }

    @Test func clocksThatDisagreeAreCounted() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["lastModifiedDateTime": "2026-02-01T00:00:00Z"]))
        installation.send("customers", Sample.customer("C1", ["lastModifiedDateTime": "2026-01-01T00:00:00Z"]))
        try installation.settle()
        #expect(installation.clockDisagreements == 1)
        #expect(installation.count(.stale, "CUSTOMER") == 1)
    }

    @Test func recordOutsideItsFilterIsNeverCreated() throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["blocked": true])
        #expect(installation.operations("ITEM-PRODUCT", item) == [])
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .filtered)
        #expect(installation.operations("UNIT GROUP", item) == [.create])
    }

    /// PRD-16.
    @Test(arguments: [false, true])
    func blockedItemIsRetiredAndActivatedOnReentry(isConfirmed: Bool) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed))
        try installation.couple(item: "1000")
        installation.send("items", Sample.item("1000", ["blocked": true, "unitPrice": 1]))
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["statecode"] == "1")
        #expect(try installation.row("ITEM-PRODUCT", item)?["price"] == "649.4")
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.exists == false)
        installation.send("items", Sample.item("1000", ["unitPrice": 2]))
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["statecode"] == "0")
        #expect(try installation.row("ITEM-PRODUCT", item)?["price"] == "2")
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.exists == true)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func itemBlockedBeforeItsActivationIsNotRetired() throws {
        let installation = try Installation(.init(isConfirmed: true))
        try installation.couple(item: "2000")
        installation.send("items", Sample.item("1000"))
        installation.send("item-units", Sample.itemUnit("1000"))
        // The create is in flight when the item is blocked: a draft cannot be retired, and nobody can use it anyway.
        try installation.runWorkers()
        try installation.deliverAll()
        try installation.runWorkers()
        try installation.deliverAll()
        try installation.runWorkers()
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .pending)
        installation.send("items", Sample.item("1000", ["blocked": true]))
        try installation.settle()
        #expect(installation.dataverse.refusals.isEmpty)
        #expect(try installation.row("ITEM-PRODUCT", item)?["statecode"] != "0")
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["statecode"] == "0")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func customerThatLeavesItsFilterKeepsItsCoupling() throws {
        let installation = try Installation()
        let customer = Sample.id("customer C1")
        installation.send("customers", Sample.customer("C1"))
        installation.send("customers", Sample.customer("C1", ["blocked": "All", "city": "Leeds"]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
        installation.send("customers", Sample.customer("C1", ["blocked": "_x0020_", "city": "Leeds"]))
        try installation.settle()
        #expect(installation.changes("CUSTOMER", customer).last?.names == ["address1_city"])
    }

    @Test func coupledOnlyLeavesNewRecordsAlone() throws {
        let installation = try Installation(.init(adjust: { $0.newRecords = .coupledOnly }))
        try installation.couple(item: "1000")
        #expect(installation.changes.isEmpty)
        #expect(installation.count(.filtered, "ITEM-PRODUCT") == 1)
    }

    @Test func reprocessingGivesTheSameChanges() throws {
        func run() throws -> [String] {
            let installation = try Installation()
            try installation.couple(item: "1000")
            installation.send("items", Sample.item("1000", ["unitPrice": 1]))
            try installation.settle()
            return installation.changes.map(\.changeID)
        }
        let first = try run()
        #expect(try run() == first)
        #expect(Set(first).count == first.count)
    }

    @Test func changeIsNamedByPairOperationAndEvent() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        let create = try #require(installation.changes("ITEM-PRODUCT", item).first)
        let slot = Installation.home(of: item, count: installation.options.partitions)
        #expect(create.causation.path == "bc.changes.items|\(slot)|0")
        let name = "ITEM-PRODUCT/\(Installation.company)/\(item)|create|bc.changes.items|\(slot)|0"
        #expect(create.changeID == NamedUUID.make(name))
        #expect(create.recordID == NamedUUID.make("ITEM-PRODUCT/\(Installation.company)/\(item)"))
    }
}
