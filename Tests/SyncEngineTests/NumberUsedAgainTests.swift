// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Items that are deleted and made anew with the same number under new ids.
struct NumberUsedAgainTests {
    /// How a case is run.
    struct Way: Sendable, CustomTestStringConvertible {
        var policy: EngineSettings.DeletionPolicy
        var isConfirmed: Bool
        var instances: Int
        /// The old ones are deleted before the new ones come.
        var isDeletedFirst: Bool
        var testDescription: String {
            "\(policy), \(isConfirmed ? "confirmed" : "published"), \(instances) instances, "
                + (isDeletedFirst ? "deleted first" : "made anew first")
        }

        static let all = [EngineSettings.DeletionPolicy.keep, .removeCoupling, .deleteOther].flatMap { policy in
            [false, true].flatMap { isConfirmed in
                [1, 2].flatMap { instances in
                    [false, true].map {
                        Way(policy: policy, isConfirmed: isConfirmed, instances: instances, isDeletedFirst: $0)
                    }
                }
            }
        }
    }

    private let newItem = Sample.id("item 1000 anew")
    private let newPrice = Sample.id("price L/20000")

    private func installation(_ way: Way) throws -> Installation {
        let installation = try Installation(
            .init(isConfirmed: way.isConfirmed, instances: way.instances, adjust: { $0.deletionPolicy = way.policy })
        )
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", oldPriceEvent)
        try installation.settle()
        return installation
    }

    private var oldPriceEvent: Value { Sample.price("L", "1000", ["assetId": .text(Sample.id("item 1000"))]) }

    private func deleteOld(_ installation: Installation) {
        installation.delete("price-list-lines", oldPriceEvent)
        installation.delete("items", Sample.item("1000"))
        installation.delete("item-units", Sample.itemUnit("1000"))
    }

    private func sendNew(_ installation: Installation, _ changes: [String: Value?] = [:]) {
        let id = Value.text(newItem)
        installation.send(
            "price-list-lines",
            Sample.price("L", "1000", line: 20_000, ["assetId": id, "unitPrice": 7, "unitOfMeasureCode": "PCS"])
        )
        installation.send("items", Sample.item("1000", ["systemId": id, "displayName": "Anew"]).with(changes))
        installation.send(
            "item-units",
            Sample.itemUnit("1000", "PCS", ["systemId": .text(Sample.id("unit 1000/PCS anew")), "itemId": id])
        )
    }

    @Test(arguments: Way.all)
    func thereIsOneProductOfTheNumber(way: Way) throws {
        let installation = try installation(way)
        let old = try #require(try installation.coupling("ITEM-PRODUCT", Sample.id("item 1000"))?.crm.id)
        if way.isDeletedFirst {
            deleteOld(installation)
            try installation.settle()
            sendNew(installation)
        } else {
            sendNew(installation)
            try installation.settle()
            deleteOld(installation)
        }
        try installation.settle()
        let item = try #require(try installation.coupling("ITEM-PRODUCT", newItem))
        #expect(item.state == .coupled, "\(item.error?.message ?? "")")
        #expect((item.crm.id == old) == (way.policy != .deleteOther))
        let products = installation.dataverse.rows("products")
        #expect(products.keys.sorted() == [item.crm.id])
        #expect(products[item.crm.id]?["name"] == "Anew")
        #expect(products[item.crm.id]?["statecode"] == "0")
        let prices = installation.dataverse.rows("productpricelevels")
        #expect(prices.values.map { $0["productid"] } == [item.crm.id])
        #expect(prices.values.map { $0["amount"] } == ["7"])
        // A sink that publishes cannot hold a group's delete back until its units are gone.
        if way.isConfirmed || way.policy != .deleteOther {
            #expect(installation.dataverse.rows("uomschedules").count == 1)
        }
        #expect(try installation.coupling("PLLINE-PRODPRICE", newPrice)?.state == .coupled)
        let refusals = installation.dataverse.refusals
        #expect(refusals.isEmpty || way.policy == .deleteOther, "\(refusals)")
    }

    /// The new one goes on as any other.
    @Test(arguments: Way.all)
    func theNewItemChangesTheRow(way: Way) throws {
        let installation = try installation(way)
        deleteOld(installation)
        sendNew(installation)
        try installation.settle()
        installation.send("items", Sample.item("1000", ["systemId": .text(newItem), "displayName": "Changed"]))
        try installation.settle()
        #expect(installation.dataverse.rows("products").values.map { $0["name"] } == ["Changed"])
    }

    /// While the old item is there, the price of the new one must not go to its product.
    @Test func thePriceWaitsForTheItemThatItMeans() throws {
        let installation = try installation(
            Way(policy: .deleteOther, isConfirmed: true, instances: 1, isDeletedFirst: false)
        )
        sendNew(installation)
        try installation.settle()
        let price = try #require(try installation.coupling("PLLINE-PRODPRICE", newPrice))
        #expect(price.state == .waiting)
        #expect(price.waiting?.waitsFor.contains { $0.mapping == "ITEM-PRODUCT" && $0.key == newItem } == true)
        let item = try #require(try installation.coupling("ITEM-PRODUCT", newItem))
        #expect(item.crm.isCreated == false)
    }

    /// A line of an invoice that was posted before says the id of an item that is gone.
    @Test func theInvoiceOfADeletedItemGoesToTheOneWithItsNumber() throws {
        let installation = try installation(Way(policy: .keep, isConfirmed: true, instances: 1, isDeletedFirst: true))
        deleteOld(installation)
        sendNew(installation)
        installation.send("currencies", Sample.currency("GBP"))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let line = Sample.line("I1", 10_000, item: "1000", ["itemId": .text(Sample.id("item 1000"))])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        #expect(
            installation.operations("POSTEDSALESINV-INV", Sample.id("invoice I1")) == [.create, .update, .setState]
        )
    }

    /// The header waits as its lines do: for the item that the line means.
    @Test func theInvoiceWaitsForTheItemThatItMeans() throws {
        let installation = try installation(
            Way(policy: .deleteOther, isConfirmed: true, instances: 1, isDeletedFirst: false)
        )
        installation.send("currencies", Sample.currency("GBP"))
        installation.send("customers", Sample.customer("C1"))
        let line = Sample.line("I1", 10_000, item: "1000", ["itemId": .text(newItem)])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        let invoice = Sample.id("invoice I1")
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.state == .waiting)
        deleteOld(installation)
        sendNew(installation)
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }

    /// Item and resource of one number have a group each.
    @Test func groupsOfAnItemAndAResourceAreTheirOwn() throws {
        let installation = try Installation(.init(isConfirmed: true))
        try installation.couple(item: "1000")
        installation.send("resources", Sample.resource("1000"))
        try installation.settle()
        #expect(try installation.coupling("UNIT GROUP", Sample.id("resource 1000"))?.state == .coupled)
    }

    /// An item keeps its row where its number changes, and the number is free for the next.
    @Test(arguments: [false, true], [1, 2])
    func aNumberThatWasLeftIsFree(isConfirmed: Bool, instances: Int) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed, instances: instances))
        try installation.couple(item: "1000")
        let row = try #require(try installation.coupling("ITEM-PRODUCT", Sample.id("item 1000"))?.crm.id)
        let renamed = Value.text(Sample.id("item 1000"))
        let unit = Value.text(Sample.id("unit 1000/PCS"))
        sendNew(installation)
        try installation.settle()
        #expect(try installation.coupling("ITEM-PRODUCT", newItem)?.crm.isCreated == false)
        installation.send("items", Sample.item("2000", ["systemId": renamed]))
        installation.send("item-units", Sample.itemUnit("2000", "PCS", ["systemId": unit, "itemId": renamed]))
        try installation.settle()
        #expect(installation.dataverse.row("products", row)?["productnumber"] == "2000")
        #expect(try installation.coupling("ITEM-PRODUCT", newItem)?.state == .coupled)
        #expect(installation.dataverse.rows("products").count == 2)
    }
}
