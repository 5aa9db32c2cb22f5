// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

@testable import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Prices whose row was left in Dataverse by a price that is deleted in Business Central.
struct PriceTakeoverTests {
    private let mapping = "PLLINE-PRODPRICE"
    private let first = Sample.id("price L/10000")
    private let second = Sample.id("price L/20000")
    private let third = Sample.id("price L/30000")
    private let table = "productpricelevels"

    private func price(_ line: Int, _ changes: [String: Value?] = [:]) -> Value {
        Sample.price("L", "1000", line: line, changes)
    }

    /// Two prices of one row: the first is coupled, the second failed.
    private func withRivals(
        _ policy: EngineSettings.DeletionPolicy = .keep,
        isConfirmed: Bool = true,
        instances: Int = 1
    ) throws -> Installation {
        let installation = try Installation(
            .init(isConfirmed: isConfirmed, instances: instances, adjust: { $0.deletionPolicy = policy })
        )
        try installation.couple(item: "1000")
        installation.send("item-units", Sample.itemUnit("1000", "BOX", ["qtyPerUnitOfMeasure": 4]))
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", price(10_000))
        try installation.settle()
        installation.send("price-list-lines", price(20_000, ["unitPrice": 7]))
        try installation.settle()
        #expect(try installation.coupling(mapping, second)?.state == .failed)
        return installation
    }

    @Test(
        arguments: [EngineSettings.DeletionPolicy.keep, .removeCoupling],
        [(false, 1), (true, 1), (false, 2), (true, 2)]
    )
    func nextPriceUpdatesTheRow(policy: EngineSettings.DeletionPolicy, way: (isConfirmed: Bool, instances: Int)) throws
    {
        let installation = try withRivals(policy, isConfirmed: way.isConfirmed, instances: way.instances)
        let row = try #require(try installation.coupling(mapping, first)?.crm.id)
        installation.delete("price-list-lines", price(10_000))
        try installation.settle()
        let heir = try #require(try installation.coupling(mapping, second))
        #expect(heir.state == .coupled)
        #expect(heir.crm.id == row)
        #expect(installation.operations(mapping, second) == [.update])
        #expect(installation.dataverse.rows(table).count == 1)
        #expect(installation.dataverse.row(table, row)?["amount"] == "7")
        #expect(try installation.coupling(mapping, first)?.crm.isCreated == false)
        #expect(installation.dataverse.refusals.isEmpty)
        installation.send("price-list-lines", price(20_000, ["unitPrice": 8]))
        try installation.settle()
        #expect(installation.dataverse.row(table, row)?["amount"] == "8")
    }

    @Test(arguments: [1, 2])
    func priceThatLivesAgainDoesNotGetItsRowBack(instances: Int) throws {
        let installation = try withRivals(instances: instances)
        installation.delete("price-list-lines", price(10_000))
        try installation.settle()
        installation.send("price-list-lines", price(10_000, ["unitPrice": 9]))
        try installation.settle()
        #expect(try installation.coupling(mapping, first)?.error?.code == "DuplicateProductPriceLevel")
        #expect(installation.dataverse.rows(table).values.map { $0["amount"] } == ["7"])
        installation.delete("price-list-lines", price(20_000))
        try installation.settle()
        #expect(try installation.coupling(mapping, first)?.state == .coupled)
        #expect(installation.dataverse.rows(table).values.map { $0["amount"] } == ["9"])
    }

    /// The row went on to another unit with its new owner, so the old place is free.
    @Test(arguments: [1, 2])
    func rowThatMovedOnIsNotTakenOverAgain(instances: Int) throws {
        let installation = try withRivals(instances: instances)
        installation.delete("price-list-lines", price(10_000))
        try installation.settle()
        installation.send("price-list-lines", price(20_000, ["unitPrice": 7, "unitOfMeasureCode": "BOX"]))
        try installation.settle()
        installation.send("price-list-lines", price(30_000, ["unitPrice": 3]))
        try installation.settle()
        #expect(installation.operations(mapping, third) == [.create])
        let amounts = installation.dataverse.rows(table).values.compactMap { $0["amount"] }
        #expect(amounts.sorted() == ["3", "7"])
    }

    /// The price of a row of its own moves to the place of a row that is left; both cannot be its.
    @Test func priceWithARowOfItsOwnSaysWhatIsInItsWay() throws {
        let installation = try withRivals()
        installation.send("price-list-lines", price(30_000, ["unitOfMeasureCode": "BOX"]))
        try installation.settle()
        let left = try #require(try installation.coupling(mapping, third)?.crm.id)
        installation.delete("price-list-lines", price(30_000, ["unitOfMeasureCode": "BOX"]))
        installation.send("price-list-lines", price(10_000, ["unitOfMeasureCode": "BOX"]))
        try installation.settle()
        let error = try #require(try installation.coupling(mapping, first)?.error)
        #expect(error.code == "DuplicateProductPriceLevel")
        #expect(error.message.contains(third) && error.message.contains(left) && error.message.contains("make it anew"))
    }

    /// Somebody tidied up in Dataverse too.
    @Test(arguments: [1, 2])
    func rowThatIsGoneIsMadeAnew(instances: Int) throws {
        let installation = try withRivals(instances: instances)
        let row = try #require(try installation.coupling(mapping, first)?.crm.id)
        installation.dataverse.erase(table, row)
        installation.delete("price-list-lines", price(10_000))
        try installation.settle()
        #expect(try installation.coupling(mapping, second)?.state == .coupled)
        #expect(installation.operations(mapping, second) == [.update, .create])
        #expect(installation.dataverse.rows(table).values.map { $0["amount"] } == ["7"])
    }
}
