// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Currencies, units, price lists and prices.
struct PriceTests {
    private let first = Sample.id("price L/10000")
    private let second = Sample.id("price L/20000")

    private func withList(
        _ options: Installation.Options = .init(),
        _ changes: [String: Value?] = [:]
    ) throws -> Installation {
        let installation = try Installation(options)
        try installation.couple(item: "1000")
        installation.send("currencies", Sample.currency("EUR"))
        installation.send("price-lists", Sample.priceList("L", changes))
        try installation.settle()
        return installation
    }

    /// CUR-03, CUR-05.
    @Test func currencyHasSymbolAndRate() throws {
        let installation = try Installation()
        installation.send("currencies", Sample.currency("EUR"))
        try installation.settle()
        let row = try #require(try installation.row("CURRENCY", Sample.id("currency EUR")))
        #expect(row["currencysymbol"] == "EUR")
        #expect(row["exchangerate"] == "1.25")
    }

    /// An event that does not carry the rates changes the other columns all the same.
    @Test func aCurrencyIsRenamedWithoutItsRates() throws {
        let installation = try Installation()
        installation.send("currencies", Sample.currency("EUR"))
        try installation.settle()
        let renamed = Sample.currency("EUR", ["displayName": "Euro", "exchangeRates": nil])
        installation.send("currencies", renamed)
        try installation.settle()
        let row = try #require(try installation.row("CURRENCY", Sample.id("currency EUR")))
        #expect(row["currencyname"] == "Euro")
        #expect(row["exchangerate"] == "1.25")
        // A new one needs them.
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": nil]))
        try installation.settle()
        #expect(try installation.coupling("CURRENCY", Sample.id("currency USD"))?.error?.code == "ExchangeRateMissing")
    }

    /// GEN-05: Business Central's code fields know neither case nor blanks around them.
    @Test(arguments: ["", " ", "GBP", "gbp", "GBP "])
    func theLocalCurrencyIsKnownInAnySpelling(code: String) throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["currencyCode": .text(code)]))
        installation.send("price-lists", Sample.priceList("L", ["currencyCode": .text(code)]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", Sample.id("customer C1")) == [.create])
        #expect(installation.operations("PLHEADER-PRICE", Sample.id("list L")) == [.create])
    }

    /// The item `MAß` is unknown, and `MASS` is another one.
    @Test func aPriceDoesNotTakeANumberForAnotherThatIsSpelledAlike() throws {
        let installation = try withList()
        try installation.couple(item: "MASS")
        installation.send("price-list-lines", Sample.price("L", "MAß").with(["assetId": nil]))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", first)?.state == .waiting)
        #expect(installation.operations("PLLINE-PRODPRICE", first) == [])
    }

    /// CUR-05, CUR-06.
    @Test func rateGoesThroughTheBaseCurrency() throws {
        let dataverse = DataverseSimulator(baseCurrency: "USD")
        let installation = try Installation(.init(dataverse: dataverse, adjust: { $0.crmBaseCurrency = "USD" }))
        installation.send("currencies", Sample.currency("EUR"))
        try installation.settle()
        #expect(installation.operations("CURRENCY", Sample.id("currency EUR")) == [])
        let rates: Value = [
            ["startingDate": "2024-01-01", "exchangeRateAmount": 100, "relationalExchangeRateAmount": 50]
        ]
        installation.send("currencies", Sample.currency("USD", ["exchangeRates": rates]))
        try installation.settle()
        // 1 USD is worth 0.5 GBP, and so is 0.625 EUR.
        #expect(installation.changes("CURRENCY", Sample.id("currency EUR")).first?["exchangerate"] == "0.625")
        #expect(installation.changes("CURRENCY", Sample.id("currency USD")).first?["exchangerate"] == "1")
    }

    /// CUR-04.
    @Test func rateOfZeroFails() throws {
        let installation = try Installation()
        let rates: Value = [
            ["startingDate": "2024-01-01", "exchangeRateAmount": 0, "relationalExchangeRateAmount": 50]
        ]
        installation.send("currencies", Sample.currency("EUR", ["exchangeRates": rates]))
        try installation.settle()
        #expect(try installation.coupling("CURRENCY", Sample.id("currency EUR"))?.error?.code == "ExchangeRateZero")
    }

    /// CUR-02.
    @Test func currencyThatExistsIsMatched() throws {
        let installation = try Installation(.init(isConfirmed: true))
        let euro = Sample.id("somebody's euro")
        installation.dataverse.insert(
            "transactioncurrencies",
            id: euro,
            columns: ["isocurrencycode": "EUR", "currencyname": "Euro", "currencysymbol": "E", "exchangerate": "9"]
        )
        installation.send("currencies", Sample.currency("EUR"))
        installation.send("customers", Sample.customer("C1", ["currencyCode": "EUR"]))
        try installation.settle()
        #expect(try installation.coupling("CURRENCY", Sample.id("currency EUR"))?.crm.id == euro)
        #expect(installation.dataverse.row("transactioncurrencies", euro)?["exchangerate"] == "1.25")
        #expect(try installation.row("CUSTOMER", Sample.id("customer C1"))?["transactioncurrencyid"] == euro)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// PRC-17, PRC-30: a blank unit is the base unit.
    @Test func blankUnitIsTheProductsBaseUnit() throws {
        let installation = try withList()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        let row = try #require(try installation.row("PLLINE-PRODPRICE", first))
        let product = try #require(try installation.row("ITEM-PRODUCT", Sample.id("item 1000")))
        #expect(row["uomid"] == product["defaultuomid"])
        #expect(row["uomscheduleid"] == product["defaultuomscheduleid"])
        #expect(row["amount"] == "143.9")
    }

    /// PRC-18, PRC-31.
    @Test(arguments: [false, true])
    func firstPriceOwnsTheClaim(isConfirmed: Bool) throws {
        let installation = try withList(.init(isConfirmed: isConfirmed))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        installation.send("price-list-lines", Sample.price("L", "1000", line: 20_000, ["unitOfMeasureCode": "PCS"]))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", first)?.state == .coupled)
        let loser = try installation.coupling("PLLINE-PRODPRICE", second)
        #expect(loser?.state == .failed)
        #expect(loser?.error?.code == "DuplicateProductPriceLevel")
        #expect(installation.dataverse.refusals.isEmpty)
        installation.send("price-list-lines", Sample.price("L", "1000", ["unitPrice": 5]))
        try installation.settle()
        #expect(try installation.row("PLLINE-PRODPRICE", first)?["amount"] == "5")
    }

    @Test(arguments: [false, true])
    func rowThatIsFreeAgainGoesToTheNextPrice(isConfirmed: Bool) throws {
        let installation = try withList(.init(isConfirmed: isConfirmed, adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        installation.send("price-list-lines", Sample.price("L", "1000", line: 20_000))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", second)?.state == .failed)
        installation.delete("price-list-lines", Sample.price("L", "1000"))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", second)?.state == .coupled)
        #expect(installation.operations("PLLINE-PRODPRICE", second) == [.create])
    }

    /// PRC-23, PRC-28: lines keep their own currency, which Dataverse takes in an update only.
    @Test(arguments: [false, true])
    func lineKeepsItsOwnCurrency(isConfirmed: Bool) throws {
        let installation = try withList(.init(isConfirmed: isConfirmed))
        installation.send("price-list-lines", Sample.price("L", "1000", ["currencyCode": "EUR"]))
        try installation.settle()
        #expect(installation.operations("PLLINE-PRODPRICE", first) == [.create, .update])
        let euro = try installation.coupling("CURRENCY", Sample.id("currency EUR"))?.crm.id
        #expect(try installation.row("PLLINE-PRODPRICE", first)?["transactioncurrencyid"] == euro)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// PRC-24: the state goes along with the create and is not touched again.
    @Test(arguments: [false, true])
    func draftListIsInactive(isConfirmed: Bool) throws {
        let installation = try withList(.init(isConfirmed: isConfirmed), ["status": "Draft"])
        let list = Sample.id("list L")
        #expect(installation.operations("PLHEADER-PRICE", list) == [.create, .setState])
        #expect(try installation.row("PLHEADER-PRICE", list)?["statecode"] == "1")
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        #expect(try installation.row("PLHEADER-PRICE", list)?["statecode"] == "1")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func activeListHasOneChange() throws {
        let installation = try withList()
        #expect(installation.operations("PLHEADER-PRICE", Sample.id("list L")) == [.create])
    }

    /// PRC-13.
    @Test func currencyOfAListNeverChanges() throws {
        let installation = try withList()
        installation.send("price-lists", Sample.priceList("L", ["currencyCode": "EUR"]))
        try installation.settle()
        #expect(try installation.coupling("PLHEADER-PRICE", Sample.id("list L"))?.error?.code == "ColumnCannotChange")
        #expect(installation.operations("PLHEADER-PRICE", Sample.id("list L")) == [.create])
    }

    /// PRC-22, PRC-27.
    @Test func purchasesDiscountsAndQuantityBreaksAreFiltered() throws {
        let installation = try withList()
        installation.send("price-lists", Sample.priceList("P", ["priceType": "Purchase"]))
        installation.send("price-list-lines", Sample.price("L", "1000", ["amountType": "Discount"]))
        installation.send("price-list-lines", Sample.price("L", "1000", line: 20_000, ["minimumQuantity": 10]))
        installation.send("price-list-lines", Sample.price("L", "1000", line: 30_000, ["assetType": "G/L Account"]))
        installation.send(
            "price-list-lines",
            Sample.price("L", "1000", line: 40_000, ["minimumQuantity": .number("0.00")])
        )
        try installation.settle()
        #expect(try installation.coupling("PLHEADER-PRICE", Sample.id("list P"))?.state == .filtered)
        #expect(installation.count(.filtered, "PLLINE-PRODPRICE") == 3)
        #expect(installation.operations("PLLINE-PRODPRICE", Sample.id("price L/40000")) == [.create])
    }

    /// PRC-29.
    @Test func resourcePricesFindTheirResource() throws {
        let installation = try withList()
        installation.send("resources", Sample.resource("LINA"))
        installation.send("resource-units", Sample.resourceUnit("LINA"))
        installation.send("price-list-lines", Sample.price("L", "LINA", ["assetType": "Resource"]))
        try installation.settle()
        #expect(installation.operations("PLLINE-PRODPRICE", first) == [.create])
        #expect(try installation.row("RESOURCE-PRODUCT", Sample.id("resource LINA"))?["producttypecode"] == "3")
        #expect(try installation.row("UNIT GROUP", Sample.id("resource LINA"))?["name"] == "RESOURCE LINA UOM GR")
    }

    /// PRC-10, PRC-11, PRC-15, PRC-16.
    @Test(arguments: [false, true])
    func salesPricesOfCustomerPriceGroups(isConfirmed: Bool) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed, conditions: [.unitGroups, .salesPrices]))
        try installation.couple(item: "1000")
        let group: Value = ["systemId": .text(Sample.id("group")), "code": "RETAIL", "description": "Retail"]
        installation.send("customer-price-groups", group)
        let price: Value = [
            "systemId": .text(first), "salesType": "Customer Price Group", "salesCode": "RETAIL", "itemNo": "1000",
            "unitOfMeasureCode": "", "currencyCode": "", "unitPrice": 9,
        ]
        installation.send("sales-prices", price)
        try installation.settle()
        let list = try #require(try installation.row("CUSTPRCGRP-PRICE", Sample.id("group")))
        #expect(list["transactioncurrencyid"] == installation.dataverse.baseCurrencyID)
        #expect(try installation.row("SALESPRC-PRODPRICE", first)?["amount"] == "9")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// UOM-03 to UOM-05, UOM-11, PRD-12.
    @Test(arguments: [false, true])
    func withoutUnitGroupsEachUnitOfMeasureIsAGroup(isConfirmed: Bool) throws {
        let installation = try Installation(.init(isConfirmed: isConfirmed, conditions: [.noUnitGroups, .priceLists]))
        let unit: Value = ["systemId": .text(Sample.id("PCS")), "code": "PCS", "displayName": "Piece"]
        installation.send("items", Sample.item("1000"))
        installation.send("units-of-measure", unit)
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "1000", ["unitOfMeasureCode": "PCS"]))
        try installation.settle()
        let group = try #require(try installation.row("UNIT OF MEASURE", Sample.id("PCS")))
        #expect(group["name"] == "NAV PCS")
        let product = try #require(try installation.row("ITEM-PRODUCT", Sample.id("item 1000")))
        #expect(product["defaultuomscheduleid"] == group.id)
        let base = try #require(installation.dataverse.row("uoms", product["defaultuomid"] ?? ""))
        #expect(base["name"] == "PCS")
        #expect(try installation.row("PLLINE-PRODPRICE", first)?["uomid"] == base.id)
        #expect(installation.dataverse.refusals.isEmpty)
    }
}
