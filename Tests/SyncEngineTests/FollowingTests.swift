// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Records with values that are made of other records follow these, whichever changes last (PRC-17, PRC-30, CUR-06).
struct FollowingTests {
    private static let euro = Sample.id("currency EUR")

    /// A price that takes its product's base unit.
    enum Kind: CaseIterable {
        case line, salesPrice, withoutUnitGroups

        var mapping: String { self == .salesPrice ? "SALESPRC-PRODPRICE" : "PLLINE-PRODPRICE" }
        var id: String { Sample.id("price L/10000") }
        var conditions: Set<TableMapping.Condition> {
            switch self {
            case .line: [.unitGroups, .priceLists]
            case .salesPrice: [.unitGroups, .salesPrices]
            case .withoutUnitGroups: [.noUnitGroups, .priceLists]
            }
        }

        func sendUnit(_ code: String, _ installation: Installation) {
            guard self == .withoutUnitGroups else {
                installation.send("item-units", Sample.itemUnit("A", code))
                return
            }
            installation.send("units-of-measure", ["systemId": .text(Sample.id(code)), "code": .text(code)])
        }

        func sendList(_ installation: Installation) {
            guard self == .salesPrice else {
                installation.send("price-lists", Sample.priceList("L"))
                return
            }
            installation.send("customer-price-groups", ["systemId": .text(Sample.id("group")), "code": "RETAIL"])
        }

        func sendPrice(_ installation: Installation) {
            guard self == .salesPrice else {
                installation.send("price-list-lines", Sample.price("L", "A"))
                return
            }
            installation.send(
                "sales-prices",
                [
                    "systemId": .text(id), "salesType": "Customer Price Group", "salesCode": "RETAIL", "itemNo": "A",
                    "unitOfMeasureCode": "", "minimumQuantity": 0, "currencyCode": "", "unitPrice": 5,
                ]
            )
        }
    }

    @Test(arguments: Kind.allCases, [false, true])
    func aPriceWithoutAUnitFollowsTheBaseUnit(kind: Kind, isConfirmed: Bool) throws {
        for priceIsLast in [false, true] {
            let installation = try Installation(.init(isConfirmed: isConfirmed, conditions: kind.conditions))
            installation.send("items", Sample.item("A"))
            kind.sendUnit("PCS", installation)
            kind.sendList(installation)
            try installation.settle()
            if !priceIsLast {
                kind.sendPrice(installation)
                try installation.settle()
            }
            let before = try installation.row("ITEM-PRODUCT", Sample.id("item A"))?["defaultuomid"]
            kind.sendUnit("BOX", installation)
            installation.send("items", Sample.item("A", unit: "BOX"))
            try installation.settle()
            if priceIsLast {
                kind.sendPrice(installation)
                try installation.settle()
            }
            let product = try #require(try installation.row("ITEM-PRODUCT", Sample.id("item A")))
            let price = try #require(try installation.row(kind.mapping, kind.id))
            #expect(product["defaultuomid"] != before)
            #expect(price["uomid"] == product["defaultuomid"])
            #expect(price["uomscheduleid"] == product["defaultuomscheduleid"])
            let expected: [SyncModel.Operation] = priceIsLast ? [.create] : [.create, .update]
            #expect(installation.operations(kind.mapping, kind.id) == expected)
            #expect(Set(installation.changes(kind.mapping, kind.id).map(\.changeID)).count == expected.count)
            #expect(installation.dataverse.refusals.isEmpty)
            #expect(try installation.coupling(kind.mapping, kind.id)?.waiting == nil)
        }
    }

    private func rates(_ worth: Value, from date: Value = "2024-01-01") -> Value {
        ["startingDate": date, "exchangeRateAmount": 100, "relationalExchangeRateAmount": worth]
    }

    private func currencies(isConfirmed: Bool) throws -> Installation {
        let dataverse = DataverseSimulator(baseCurrency: "USD")
        return try Installation(
            .init(isConfirmed: isConfirmed, dataverse: dataverse, adjust: { $0.crmBaseCurrency = "USD" })
        )
    }

    @Test(arguments: [false, true], [false, true])
    func aCurrencyFollowsTheBaseCurrency(isConfirmed: Bool, euroIsLast: Bool) throws {
        let installation = try currencies(isConfirmed: isConfirmed)
        installation.send("currencies", Sample.currency("USD"))
        if !euroIsLast { installation.send("currencies", Sample.currency("EUR")) }
        try installation.settle()
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": [rates(40)]]))
        try installation.settle()
        if euroIsLast { installation.send("currencies", Sample.currency("EUR")) }
        try installation.settle()
        // 1 USD is worth 0.4 GBP, and so is 0.5 EUR.
        #expect(try installation.row("CURRENCY", Self.euro)?["exchangerate"] == "0.5")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// A new rate holds from its own day, which comes after the last event of the others.
    @Test(arguments: [false, true])
    func theLaterEventSaysTheDay(euroIsLast: Bool) throws {
        let installation = try currencies(isConfirmed: true)
        let day = installation.now
        installation.send("currencies", Sample.currency("USD"))
        if !euroIsLast { installation.send("currencies", Sample.currency("EUR"), at: day) }
        try installation.settle()
        let both: Value = [rates(80), rates(40, from: "2026-01-03")]
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": both]), at: day + 86_400_000)
        try installation.settle()
        if !euroIsLast { #expect(try installation.row("CURRENCY", Self.euro)?["exchangerate"] == "1") }
        // The same rates, on the day from which the second one holds.
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": both]), at: day + 2 * 86_400_000)
        try installation.settle()
        if euroIsLast { installation.send("currencies", Sample.currency("EUR"), at: day) }
        try installation.settle()
        #expect(try installation.row("CURRENCY", Self.euro)?["exchangerate"] == "0.5")
    }

    /// Without a rate of the base currency nothing can be computed; a later one mends that.
    @Test(arguments: [false, true])
    func whatFailedForWhatItFollowsIsTriedAgain(hasOwnEvent: Bool) throws {
        let installation = try currencies(isConfirmed: true)
        for code in ["USD", "EUR"] { installation.send("currencies", Sample.currency(code)) }
        try installation.settle()
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": []]))
        try installation.settle()
        if hasOwnEvent { installation.send("currencies", Sample.currency("EUR")) }
        try installation.settle()
        #expect(try installation.coupling("CURRENCY", Self.euro)?.state == .failed)
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": [rates(40)]]))
        try installation.settle()
        #expect(try installation.coupling("CURRENCY", Self.euro)?.state == .coupled)
        #expect(try installation.coupling("CURRENCY", Self.euro)?.error == nil)
        #expect(try installation.row("CURRENCY", Self.euro)?["exchangerate"] == "0.5")
    }

    /// The unit goes to a row that another price has, until the item takes its old unit again.
    @Test(arguments: [false, true])
    func aTakenRowIsLeftAlone(isConfirmed: Bool) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed))
        try installation.couple(item: "A")
        installation.send("item-units", Sample.itemUnit("A", "BOX"))
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "A"))
        installation.send("price-list-lines", Sample.price("L", "A", line: 20_000, ["unitOfMeasureCode": "BOX"]))
        try installation.settle()
        let (mapping, id) = (Kind.line.mapping, Kind.line.id)
        installation.send("items", Sample.item("A", unit: "BOX"))
        try installation.settle()
        #expect(try installation.coupling(mapping, id)?.error?.code == "DuplicateProductPriceLevel")
        #expect(installation.operations(mapping, id) == [.create])
        installation.send("items", Sample.item("A"))
        try installation.settle()
        let coupling = try #require(try installation.coupling(mapping, id))
        #expect(coupling.state == .coupled && coupling.error == nil && coupling.waiting == nil)
        #expect(installation.operations(mapping, id) == [.create])
        #expect(installation.dataverse.refusals.isEmpty)
    }
}
