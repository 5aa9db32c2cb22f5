// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Deletes of records that refer to each other, in orders in which Dataverse refuses some of them.
struct DeleteOrderTests {
    /// An item with its unit, price list, price, customer and invoice, all of them in Dataverse.
    private func prepared() throws -> Installation {
        let installation = try Installation(
            .init(isConfirmed: true, adjust: { $0.deletionPolicy = .deleteOther })
        )
        try installation.couple(item: "1000")
        installation.send("customers", Sample.customer("C1"))
        installation.send("price-lists", Sample.priceList("L1"))
        installation.send("price-list-lines", Sample.price("L1", "1000", ["unitOfMeasureCode": "PCS"]))
        try installation.settle()
        let line = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        for set in DeleteOrderTests.entitySets { #expect(!installation.dataverse.rows(set).isEmpty) }
        return installation
    }

    private static let entitySets = [
        "uomschedules", "uoms", "products", "pricelevels", "productpricelevels", "accounts", "invoices",
        "invoicedetails",
    ]

    private static let records: [(entity: String, record: Value)] = [
        ("items", Sample.item("1000")), ("item-units", Sample.itemUnit("1000")),
        ("price-lists", Sample.priceList("L1")), ("price-list-lines", Sample.price("L1", "1000")),
        ("customers", Sample.customer("C1")), ("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil)),
    ]

    /// Each record first in one order: that of the references, the opposite, and some between.
    static let orders = [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 0, 4, 1, 3, 5], [4, 1, 0, 5, 2, 3]]

    @Test(arguments: orders, [true, false])
    func everythingIsDeletedInAnyOrder(order: [Int], isOneByOne: Bool) throws {
        let installation = try prepared()
        for index in order {
            let (entity, record) = DeleteOrderTests.records[index]
            installation.delete(entity, record)
            if isOneByOne { try installation.settle() }
        }
        try installation.settle()
        for set in DeleteOrderTests.entitySets {
            #expect(installation.dataverse.rows(set).isEmpty, "\(set)")
        }
        for (mapping, id) in [
            ("UNIT GROUP", "item 1000"), ("ITEM-PRODUCT", "item 1000"), ("ITEM UOM", "unit 1000/PCS"),
            ("PLHEADER-PRICE", "list L1"), ("PLLINE-PRODPRICE", "price L1/10000"), ("CUSTOMER", "customer C1"),
            ("POSTEDSALESINV-INV", "invoice I1"), ("POSTEDSALESLINE-INV", "line I1/10000"),
        ] {
            let coupling = try #require(try installation.coupling(mapping, Sample.id(id)))
            #expect(coupling.state == .deleted, "\(mapping)")
            #expect(coupling.error == nil && coupling.waiting == nil, "\(mapping)")
        }
    }

    @Test func refusedDeleteWaitsAndNobodyRefersToItsRow() throws {
        let installation = try prepared()
        installation.delete("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        let unit = Sample.id("unit 1000/PCS")
        let coupling = try #require(try installation.coupling("ITEM UOM", unit))
        #expect(coupling.state == .coupled)
        #expect(!coupling.exists)
        #expect(coupling.error?.code == "0x80040227")
        #expect(coupling.waiting?.waitsFor == [.init(mapping: "ITEM UOM", key: unit, reason: .referenced)])
        installation.send(
            "price-list-lines",
            Sample.price("L1", "1000", line: 20_000, ["unitOfMeasureCode": "PCS"])
        )
        try installation.settle()
        let price = try installation.coupling("PLLINE-PRODPRICE", Sample.id("price L1/20000"))
        #expect(price?.waiting?.waitsFor.map(\.mapping) == ["ITEM UOM"])
    }

    @Test func refusedDeleteIsForgottenWhenTheRecordComesBack() throws {
        let installation = try prepared()
        installation.delete("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["qtyPerUnitOfMeasure": 6]))
        try installation.settle()
        let coupling = try #require(try installation.coupling("ITEM UOM", Sample.id("unit 1000/PCS")))
        #expect(coupling.exists && coupling.waiting == nil && coupling.error == nil)
        #expect(try installation.row("ITEM UOM", Sample.id("unit 1000/PCS"))?["quantity"] == "6")
    }

    /// Somebody in Dataverse uses the account; only Dataverse knows.
    @Test func refusedDeleteIsTriedAgainLessAndLessOften() throws {
        let installation = try prepared()
        installation.dataverse.insert(
            "invoices",
            id: Sample.id("theirs"),
            columns: [
                "customerid": try #require(try installation.row("CUSTOMER", Sample.id("customer C1"))).id
            ]
        )
        installation.delete("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil))
        installation.delete("customers", Sample.customer("C1"))
        var waits: [Int64] = []
        for _ in 0..<12 {
            try installation.runWorkers()
            try installation.deliverAll()
            try installation.runWorkers()
            let refused = installation.now
            while try !isDeleteDue(installation) {
                installation.now += 500
                try #require(installation.now - refused < 3_600_000, "a refused delete is due within an hour")
            }
            waits.append(installation.now - refused)
            for instance in installation.instances { try instance.engine.releaseDueDeletes(limit: 10) }
        }
        #expect(waits.first == 1_000)
        #expect(waits[1] > waits[0] && waits[4] > waits[3])
        #expect(waits.allSatisfy { $0 <= 600_500 })
        #expect(Array(waits.suffix(2)).allSatisfy { $0 >= 600_000 })
    }

    private func isDeleteDue(_ installation: Installation) throws -> Bool {
        try installation.instances.contains { instance in
            instance.engine.now = installation.now
            return try instance.engine.hasDueDeletes()
        }
    }

    @Test func refusedDeleteIsTriedAgainAfterARestart() throws {
        let installation = try prepared()
        installation.delete("customers", Sample.customer("C1"))
        try installation.settle()
        let index = try #require(installation.instances.firstIndex { $0.name == "account-worker" })
        try installation.restart(index)
        installation.delete("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil))
        try installation.settle()
        #expect(installation.dataverse.rows("accounts").isEmpty)
        let deletes = installation.changes("CUSTOMER", Sample.id("customer C1")).filter { $0.operation == .delete }
        #expect(deletes.count > 1)
        #expect(Set(deletes.map(\.changeID)).count == deletes.count)
    }
}
