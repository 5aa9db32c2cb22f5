// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncModel
import Testing

/// Values that a database connector was not told, since they did not change.
struct UntoldValueTests {
    private static let untold: Value = "__debezium_unavailable_value"
    private let customer = Sample.id("customer C1")
    private let item = Sample.id("item 1000")

    @Test func columnKeepsWhatWasAgreed() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["addressLine2": "Floor 9"]))
        try installation.settle()
        installation.send("customers", Sample.customer("C1", ["addressLine2": Self.untold, "city": "Leeds"]))
        try installation.settle()
        #expect(installation.changes("CUSTOMER", customer).last?.names == ["address1_city"])
        #expect(try installation.row("CUSTOMER", customer)?["address1_line2"] == "Floor 9")
    }

    @Test func newRowDoesNotGetIt() throws {
        let installation = try Installation()
        installation.send(
            "customers",
            Sample.customer("C1", ["addressLine2": Self.untold, "creditLimit": Self.untold])
        )
        try installation.settle()
        let create = try #require(installation.changes("CUSTOMER", customer).first)
        #expect(create["address1_city"] == "London")
        #expect(!create.names.contains("address1_line2"))
        #expect(!create.names.contains("creditlimit"))
    }

    @Test(arguments: ["number", "blocked", "baseUnitOfMeasureCode"])
    func recordFailsWhereItDecides(property: String) throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        let before = installation.changes("ITEM-PRODUCT", item).count
        installation.send("items", Sample.item("1000", [property: Self.untold]))
        try installation.settle()
        let coupling = try #require(try installation.coupling("ITEM-PRODUCT", item))
        #expect(coupling.state == .failed)
        #expect(coupling.error?.errorClass == .permanent)
        #expect(coupling.error?.code == "ValueNotTold")
        #expect(coupling.error?.message.contains("\"\(property)\"") == true)
        #expect(coupling.bc.key == "1000")
        #expect(installation.changes("ITEM-PRODUCT", item).count == before)
    }

    @Test func priceFailsWhereItsReferencesAreNotTold() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L"))
        let price = Sample.id("price L/10000")
        for property in ["priceListCode", "assetNo", "assetId"] {
            installation.send("price-list-lines", Sample.price("L", "1000", [property: Self.untold]))
            try installation.settle()
            let coupling = try #require(try installation.coupling("PLLINE-PRODPRICE", price))
            #expect(coupling.error?.code == "ValueNotTold", "\(property)")
            #expect(coupling.error?.message.contains(property) == true)
        }
        #expect(installation.changes("PLLINE-PRODPRICE", price).isEmpty)
    }
}
