// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Waiting for what is referred to, and natural keys that change.
struct WaitingTests {
    private let item = Sample.id("item 1000")
    private let price = Sample.id("price L/10000")

    @Test func everythingComesInTheWrongOrder() throws {
        let installation = try Installation()
        let line = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor.map(\.key) == ["1000"])
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.waiting?.waitsFor.map(\.key) == ["1000/PCS"])
        installation.send("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        #expect(installation.operations("PLLINE-PRODPRICE", price) == [.create])
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let invoice = Sample.id("invoice I1")
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
        #expect(installation.operations("POSTEDSALESLINE-INV", Sample.id("line I1/10000")) == [.create, .update])
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func laterChangesMergeIntoTheWaitingOne() throws {
        let installation = try Installation()
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "1000", ["unitPrice": 1]))
        installation.send("price-list-lines", Sample.price("L", "1000", ["unitPrice": 2]))
        try installation.settle()
        let since = try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.since
        installation.send("price-list-lines", Sample.price("L", "1000", ["unitPrice": 3]))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.since == since)
        try installation.couple(item: "1000")
        let changes = installation.changes("PLLINE-PRODPRICE", price)
        #expect(changes.map(\.operation) == [.create])
        #expect(changes.first?["amount"] == "3")
        #expect(changes.first?.causation.offset == 2)
    }

    @Test func waitingRecordThatLeavesItsFilterIsDropped() throws {
        let installation = try Installation()
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        installation.send("items", Sample.item("1000", ["blocked": true]))
        try installation.settle()
        installation.send("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        #expect(installation.operations("ITEM-PRODUCT", item) == [])
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .filtered)
    }

    @Test func reasonsTellWhyAReferenceCannotBeMade() throws {
        let installation = try Installation()
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        func reason() throws -> Waiting.Reason? {
            try installation.coupling("PLLINE-PRODPRICE", price)?.waiting?.waitsFor.first?.reason
        }
        #expect(try reason() == .unseen)
        installation.send("items", Sample.item("1000", ["blocked": true]))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        #expect(try reason() == .filtered)
        installation.send("items", Sample.item("1000", unit: ""))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        #expect(try reason() == .failed)
    }

    @Test func whoRefersByTheNewKeyFindsARenamedRecord() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "1000-B"))
        installation.send("price-list-lines", Sample.price("L", "1000", line: 20_000, ["unitOfMeasureCode": "PCS"]))
        try installation.settle()
        #expect(installation.operations("PLLINE-PRODPRICE", price) == [])
        installation.send("items", Sample.item("1000", ["number": "1000-B"]))
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["itemNo": "1000-B"]))
        try installation.settle()
        #expect(installation.changes("ITEM-PRODUCT", item).last?["productnumber"] == "1000-B")
        #expect(installation.changes("UNIT GROUP", item).last?.names == ["name"])
        // It claims the same product and unit as the other, which came first.
        #expect(try installation.coupling("PLLINE-PRODPRICE", price)?.error?.code == "DuplicateProductPriceLevel")
        installation.send("price-list-lines", Sample.price("L", "1000", line: 30_000))
        try installation.settle()
        let late = try installation.coupling("PLLINE-PRODPRICE", Sample.id("price L/30000"))
        #expect(late?.waiting?.waitsFor == [.init(mapping: "ITEM-PRODUCT", key: "1000", reason: .unseen)])
    }

    @Test func keysCompareAsCodesDo() throws {
        let installation = try Installation()
        try installation.couple(item: "abc-1")
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "ABC-1 "))
        try installation.settle()
        #expect(installation.operations("PLLINE-PRODPRICE", price) == [.create])
    }

    @Test func idsCompareInAnyCase() throws {
        let installation = try Installation()
        installation.send("items", Sample.item("1000"))
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["itemId": .text(item.uppercased())]))
        try installation.settle()
        #expect(installation.operations("ITEM-PRODUCT", item) == [.create, .setState])
    }

    @Test(arguments: [false, true])
    func deferrableReferenceFollowsInAnUpdate(isConfirmed: Bool) throws {
        let installation = try Installation(
            .init(
                isConfirmed: isConfirmed,
                adjustMapping: { mapping in
                    guard let index = mapping.fields.firstIndex(where: { $0.lookup?.blankIsLocalCurrency == true }),
                        mapping.name == "CUSTOMER"
                    else { return }
                    mapping.fields[index].lookup?.blankIsLocalCurrency = false
                    mapping.fields[index].lookup?.isDeferrable = true
                }
            )
        )
        let customer = Sample.id("customer C1")
        installation.send("customers", Sample.customer("C1", ["currencyCode": "EUR"]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
        #expect(try installation.coupling("CUSTOMER", customer)?.waiting?.isDeferred == true)
        installation.send("currencies", Sample.currency("EUR"))
        try installation.settle()
        let changes = installation.changes("CUSTOMER", customer)
        #expect(changes.map(\.operation) == [.create, .update])
        #expect(changes.last?.names == ["transactioncurrencyid"])
        #expect(changes.last?.causation == changes.first?.causation)
        #expect(try installation.coupling("CUSTOMER", customer)?.waiting == nil)
    }

    @Test func olderCouplingNeverOverwritesANewerOne() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("items", Sample.item("1000", ["unitPrice": 7]))
        try installation.settle()
        let price = try #require(installation.instances.first { $0.name == "price-worker" })
        let pair = PairKey(mapping: "ITEM-PRODUCT", company: Installation.company, id: item).description
        let newest = try price.engine.tables.load(pair)?.coupling
        let partition = Installation.home(of: item, count: installation.options.partitions)
        let records = installation.topics[TopicSlot(topic: "sync.couplings.product-worker", partition: partition)] ?? []
        let first = try #require(records.first { $0.key.map { String(decoding: $0, as: UTF8.self) } == pair }?.value)
        try first.withUnsafeBytes { try price.engine.applyRemote(pairKey: pair, value: $0, partition: partition) }
        #expect(try price.engine.tables.load(pair)?.coupling == newest)
        try price.engine.applyRemote(pairKey: pair, value: nil, partition: partition)
        #expect(try price.engine.tables.load(pair) == nil)
    }

    @Test func censusCountsWhatWaitsForWhat() throws {
        let installation = try Installation()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        installation.send("price-list-lines", Sample.price("L", "", line: 20_000))
        try installation.settle()
        let worker = try #require(installation.instances.first { $0.name == "price-worker" })
        let census = try worker.engine.waitingCensus()
        #expect(census.waiting == ["PLLINE-PRODPRICE": 1])
        #expect(census.failed == ["PLLINE-PRODPRICE": 1])
        #expect(census.references == [["PLLINE-PRODPRICE", "PLHEADER-PRICE"]: 1])
    }
}
