// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SeededRandom
import SyncEngine
import SyncModel
import Testing

/// Which product prices mean whose item's number changes or is used again.
struct NumberReferenceTests {
    private let item = Sample.id("item 1000")
    private let price = Sample.id("price L/10000")

    private func installation(_ adjust: @escaping (inout EngineSettings) -> Void = { _ in }) throws -> Installation {
        let installation = try Installation(.init(isConfirmed: true, adjust: adjust))
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        return installation
    }

    private func pricedProduct(_ installation: Installation) throws -> String? {
        try installation.row("PLLINE-PRODPRICE", price)?["productid"]
    }

    private func send(_ installation: Installation, item id: String, _ number: String) {
        installation.send("items", Sample.item(number, ["systemId": .text(id)]))
    }

    private func send(_ installation: Installation, unitOf id: String, _ number: String) {
        let unit: [String: Value?] = ["systemId": .text(Sample.id("unit of \(id)")), "itemId": .text(id)]
        installation.send("item-units", Sample.itemUnit(number, "PCS", unit))
    }

    /// The product still has the number, but its item has given it up.
    @Test func aRenameThatIsQueuedGivesTheNumberUp() throws {
        let installation = try installation()
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        try installation.settle()
        installation.send("items", Sample.item("1000", ["systemId": .text(item), "displayName": "On its way"]))
        try installation.runWorkers()
        send(installation, item: item, "2000")
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.runWorkers()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.state == .waiting)
        let next = Sample.id("the next 1000")
        send(installation, item: next, "1000")
        send(installation, unitOf: item, "2000")
        send(installation, unitOf: next, "1000")
        try installation.settle()
        #expect(try pricedProduct(installation) == installation.coupling("ITEM-PRODUCT", next)?.crm.id)
    }

    @Test func aNumberThatWasGivenUpAndTakenBackMeansItsItem() throws {
        let installation = try installation()
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        try installation.settle()
        installation.send("items", Sample.item("1000", ["systemId": .text(item), "displayName": "On its way"]))
        try installation.runWorkers()
        send(installation, item: item, "2000")
        try installation.runWorkers()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.runWorkers()
        send(installation, item: item, "1000")
        try installation.settle()
        #expect(try pricedProduct(installation) == installation.coupling("ITEM-PRODUCT", item)?.crm.id)
    }

    /// Nobody knows the item when its price comes; when it is there it has another number.
    @Test func aPriceFindsItsItemUnderAnotherNumber() throws {
        let installation = try installation()
        installation.send("price-list-lines", Sample.price("L", "1000", ["assetId": .text(item)]))
        try installation.runWorkers()
        let waitsFor = try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor
        #expect(waitsFor?.map(\.key) == ["1000"])
        #expect(waitsFor?.map(\.otherKey) == [item])
        send(installation, item: item, "1000")
        try installation.settle()
        send(installation, item: item, "2000")
        send(installation, unitOf: item, "2000")
        try installation.settle()
        #expect(try pricedProduct(installation) == installation.coupling("ITEM-PRODUCT", item)?.crm.id)
    }

    /// The item goes before it has a product, and the next one with its number is what the price means.
    @Test func aPriceOfADeletedItemGoesToTheNextOne() throws {
        let installation = try installation()
        send(installation, item: item, "1000")
        installation.send("price-list-lines", Sample.price("L", "1000", ["assetId": .text(item)]))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor.map(\.key) == ["1000"])
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor.map(\.otherKey) == [item])
        let next = Sample.id("the next 1000")
        send(installation, item: next, "1000")
        send(installation, unitOf: next, "1000")
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.state == .waiting)
        installation.delete("items", Sample.item("1000"))
        try installation.settle()
        #expect(try pricedProduct(installation) == installation.coupling("ITEM-PRODUCT", next)?.crm.id)
    }

    /// While the item with the number is there, another one's price does not go to its product.
    @Test func aPriceWaitsForTheItemThatItMeans() throws {
        let installation = try installation()
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        let next = Sample.id("the next 1000")
        installation.send("price-list-lines", Sample.price("L", "1000", ["assetId": .text(next)]))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor.map(\.key) == [next])
    }

    @Test func aSalesPriceFindsItsItemByItsID() throws {
        let installation = try Installation(.init(isConfirmed: true, conditions: [.unitGroups, .salesPrices]))
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        let group = Value.object(["systemId": .text(Sample.id("group")), "code": "RETAIL", "description": "Retail"])
        installation.send("customer-price-groups", group)
        let id = Sample.id("sales price")
        installation.send(
            "sales-prices",
            .object([
                "systemId": .text(id), "salesType": "Customer Price Group", "salesCode": "RETAIL", "itemNo": "OLD",
                "itemId": .text(item), "unitOfMeasureCode": "", "minimumQuantity": 0, "currencyCode": "",
                "unitPrice": 5,
            ])
        )
        try installation.settle()
        let row = try installation.row("SALESPRC-PRODPRICE", id)
        #expect(try row?["productid"] == installation.coupling("ITEM-PRODUCT", item)?.crm.id)
    }

    /// Dataverse has one product of a number, whether of an item or of a resource.
    @Test func aResourceWaitsForTheItemWithItsNumber() throws {
        let installation = try installation()
        send(installation, item: item, "100")
        send(installation, unitOf: item, "100")
        try installation.settle()
        let resource = Sample.id("resource 100")
        installation.send("resources", Sample.resource("100"))
        installation.send("resource-units", Sample.resourceUnit("100"))
        try installation.settle()
        #expect(try installation.coupling("RESOURCE-PRODUCT", resource)?.error?.code == "DuplicateKey")
        send(installation, item: item, "200")
        send(installation, unitOf: item, "200")
        try installation.settle()
        #expect(try installation.coupling("RESOURCE-PRODUCT", resource)?.state == .coupled)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// A swaps with B by way of a number in between; Business Central tells it all at once, in any order of records.
    @Test(arguments: [false, true], 0..<12)
    func twoItemsSwapNumbers(isConfirmed: Bool, seed: Int) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed))
        let other = Sample.id("item 2000")
        for (id, number) in [(item, "1000"), (other, "2000")] {
            send(installation, item: id, number)
            send(installation, unitOf: id, number)
        }
        try installation.settle()
        var random = SeededGenerator(seed: UInt64(seed))
        let steps = [(item, "T"), (other, "1000"), (item, "2000")]
        var queues = [
            steps.filter { $0.0 == item }.map { step in { self.send(installation, item: step.0, step.1) } },
            steps.filter { $0.0 == item }.map { step in { self.send(installation, unitOf: step.0, step.1) } },
            steps.filter { $0.0 == other }.map { step in { self.send(installation, item: step.0, step.1) } },
            steps.filter { $0.0 == other }.map { step in { self.send(installation, unitOf: step.0, step.1) } },
        ]
        while let index = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &random) {
            queues[index].removeFirst()()
        }
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["productnumber"] == "2000")
        #expect(try installation.row("ITEM-PRODUCT", other)?["productnumber"] == "1000")
    }

    /// An item is renamed and nothing is told of its units.
    @Test func aRenamedItemKeepsItsUnit() throws {
        let installation = try installation()
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        try installation.settle()
        send(installation, item: item, "2000")
        let line: [String: Value?] = ["assetId": .text(item), "unitOfMeasureCode": "PCS"]
        installation.send("price-list-lines", Sample.price("L", "2000", line))
        try installation.settle()
        #expect(try installation.row("ITEM-PRODUCT", item)?["productnumber"] == "2000")
        let unit = try installation.coupling("ITEM UOM", Sample.id("unit of \(item)"))?.crm.id
        #expect(try installation.row("PLLINE-PRODPRICE", price)?["uomid"] == unit)
    }

    /// The number is that of another customer when the invoice is read.
    @Test func anInvoiceGoesToTheCustomerThatItMeans() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("currencies", Sample.currency("GBP"))
        send(installation, item: item, "1000")
        send(installation, unitOf: item, "1000")
        let (first, second) = (Sample.id("first customer"), Sample.id("second customer"))
        installation.send("customers", Sample.customer("C1", ["systemId": .text(first)]))
        let line = Sample.line("I1", 10_000, item: "1000")
        let customer: [String: Value?] = ["customerId": .text(second)]
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line], customer))
        try installation.settle()
        let invoice = Sample.id("invoice I1")
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.state == .waiting)
        installation.send("customers", Sample.customer("C2", ["systemId": .text(first)]))
        installation.send("customers", Sample.customer("C1", ["systemId": .text(second)]))
        try installation.settle()
        let account = try installation.coupling("CUSTOMER", second)?.crm.id
        #expect(try installation.row("POSTEDSALESINV-INV", invoice)?["customerid"] == account)
    }
}
