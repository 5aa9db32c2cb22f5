// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import JSON
import SyncModel
import Testing

/// What the simulated Dataverse refuses, and with which code.
struct RefusalTests {
    private let dataverse = DataverseSimulator()
    private let document = JSONDocument()

    private func id(_ name: String) -> String { NamedUUID.make(name) }

    /// Applies a change; `name` stands for its row's id.
    @discardableResult
    private func apply(
        _ operation: String,
        _ entity: String,
        _ name: String,
        _ body: String = "{}",
        more: String = "",
        to dataverse: DataverseSimulator? = nil
    ) throws -> DeliveryResult? {
        let change = """
            {"changeId":"\(id("\(operation) \(name) \(body)"))","mapping":"M","operation":"\(operation)","target":"crm",
             "entity":"\(entity)","recordId":"\(id(name))","ifMatch":null,"body":\(body)\(more),
             "pairKey":"M/C/\(name)","replyTo":{"topic":"sync.inbox.w","partition":3},
             "causation":{"topic":"bc.changes.x","partition":0,"offset":7}}
            """
        return try (dataverse ?? self.dataverse).apply(try document.parse(change))
    }

    private func code(_ result: DeliveryResult?) -> String? { result?.error?.code }

    private func bind(_ navigation: String, _ entity: String, _ name: String) -> String {
        #""\#(navigation)@odata.bind":"/\#(entity)(\#(id(name)))""#
    }

    private func makeProduct(_ name: String, group: String = "group", isActive: Bool = true) throws {
        if dataverse.row("uomschedules", id(group)) == nil {
            try apply("create", "uomschedules", group, #"{"name":"\#(group)","baseuomname":"base"}"#)
        }
        let base = try #require(dataverse.rows("uoms").values.first { $0["uomscheduleid"] == id(group) })
        let body = """
            {"name":"P","productnumber":"\(name)","quantitydecimal":2,"productstructure":1,
             \(bind("defaultuomscheduleid", "uomschedules", group)),"defaultuomid@odata.bind":"/uoms(\(base.id))"}
            """
        #expect(try apply("create", "products", name, body)?.status == .applied)
        if isActive { try apply("setState", "products", name, #"{"statecode":0,"statuscode":1}"#) }
    }

    private func priceBody(list: String = "list", product: String = "product", unit: String) -> String {
        """
        {"amount":1.50,"pricingmethodcode":1,"quantitysellingcode":1,"roundingpolicycode":1,
         \(bind("pricelevelid", "pricelevels", list)),\(bind("productid", "products", product)),"uomid@odata.bind":"/uoms(\(unit))"}
        """
    }

    private func makeList() throws {
        let resolve =
            #","resolve":{"transactioncurrencyid":{"entity":"transactioncurrencies","where":{"isocurrencycode":"GBP"}}}"#
        #expect(try apply("create", "pricelevels", "list", #"{"name":"L"}"#, more: resolve)?.status == .applied)
    }

    @Test func baseUnitComesWithItsGroup() throws {
        let result = try apply("create", "uomschedules", "group", #"{"name":"G","baseuomname":"base"}"#)
        let base = try #require(result?.related["baseuom"])
        let row = try #require(dataverse.row(base.entity, base.id))
        #expect(row["name"] == "base")
        #expect(row["isschedulebaseuom"] == "true")
        #expect(row["uomscheduleid"] == id("group"))
        #expect(result?.replyPartition == 3)
        #expect(try code(apply("delete", "uoms", "x")) == "0x80040217")
    }

    @Test func unknownReferencesIdsAndEntities() throws {
        let unit = #"{"name":"U","quantity":1,\#(bind("uomscheduleid", "uomschedules", "nowhere"))}"#
        let refused = try apply("create", "uoms", "unit", unit)
        #expect(refused?.status == .failed)
        #expect(code(refused) == "0x80040217")
        #expect(refused?.error?.errorClass == .dependency)
        for operation in ["update", "delete", "setState"] {
            #expect(try code(apply(operation, "accounts", "nobody", #"{"name":"x"}"#)) == "0x80040217")
        }
        #expect(try code(apply("create", "wonders", "x")) == "0x8006088a")
        #expect(dataverse.refusals.count == 5)
        #expect(dataverse.log.isEmpty)
    }

    @Test func resolveNeedsExactlyOneRow() throws {
        let none =
            #","resolve":{"transactioncurrencyid":{"entity":"transactioncurrencies","where":{"isocurrencycode":"XXX"}}}"#
        let result = try apply("create", "pricelevels", "list", #"{"name":"L"}"#, more: none)
        #expect(code(result) == "0x80040217")
        #expect(result?.error?.errorClass == .dependency)
    }

    @Test func sameIdTwice() throws {
        #expect(try apply("create", "accounts", "a", #"{"name":"A"}"#)?.etag != nil)
        let again = try apply("create", "accounts", "a", #"{"name":"B"}"#)
        #expect(code(again) == "0x80040237")
        #expect(dataverse.row("accounts", id("a"))?["name"] == "A")
        #expect(dataverse.effects.values.allSatisfy { $0 == 1 })
    }

    @Test func columnsThatAreMissingUnknownTooLongOrOfAnotherType() throws {
        #expect(try code(apply("create", "uomschedules", "g", #"{"name":"G"}"#)) == "0x80043810")
        #expect(try code(apply("create", "accounts", "a", "{}")) == "0x80040200")
        #expect(try code(apply("create", "accounts", "a", #"{"name":"A","shoesize":1}"#)) == "0x80048d19")
        #expect(try code(apply("create", "accounts", "a", #"{"name":17}"#)) == "0x80048d19")
        #expect(try code(apply("create", "accounts", "a", #"{"name":"A","creditlimit":"1"}"#)) == "0x80048d19")
        #expect(try code(apply("create", "accounts", "a", #"{"name":"A","creditlimit":1e20}"#)) == "0x80044330")
        let long = String(repeating: "x", count: 161)
        #expect(try code(apply("create", "accounts", "a", #"{"name":"\#(long)"}"#)) == "0x80044331")
        #expect(try apply("create", "accounts", "a", #"{"name":"A","creditlimit":1.50}"#)?.status == .applied)
        #expect(dataverse.row("accounts", id("a"))?["creditlimit"] == "1.5")
        #expect(try code(apply("update", "accounts", "a", #"{"name":null}"#)) == "0x80040200")
        #expect(try apply("update", "accounts", "a", #"{"creditlimit":null}"#)?.status == .applied)
        #expect(dataverse.row("accounts", id("a"))?["creditlimit"] == nil)
    }

    @Test func columnsThatCannotBeSet() throws {
        try apply("create", "uomschedules", "g", #"{"name":"G","baseuomname":"base"}"#)
        #expect(try code(apply("update", "uomschedules", "g", #"{"baseuomname":"x"}"#)) == "0x80040203")
        #expect(
            try code(apply("create", "uomschedules", "h", #"{"name":"G","baseuomname":"b","statecode":0}"#))
                == "0x80040203"
        )
        try makeProduct("product")
        #expect(try code(apply("update", "products", "product", #"{"productstructure":1}"#)) == "0x80040203")
        #expect(try code(apply("update", "products", "product", #"{"price":1,"statecode":0}"#)) == "0x80040203")
    }

    @Test func productStates() throws {
        try makeProduct("product", isActive: false)
        func set(_ state: Int, _ status: Int) throws -> String? {
            try code(apply("setState", "products", "product", #"{"statecode":\#(state),"statuscode":\#(status)}"#))
        }
        #expect(try set(1, 2) == "0x8004f978")
        #expect(try set(0, 2) == "0x80048408")
        #expect(try set(0, 1) == nil)
        #expect(try set(0, 1) == "0x8004f982")
        #expect(try set(2, 0) == "0x8004f912")
        #expect(try set(1, 2) == nil)
        #expect(try set(1, 2) == "0x8004f981")
        #expect(try set(0, 1) == nil)
    }

    @Test func productNumbersAndUnits() throws {
        try makeProduct("product")
        try apply("create", "uomschedules", "other", #"{"name":"O","baseuomname":"base"}"#)
        let foreign = try #require(dataverse.rows("uoms").values.first { $0["uomscheduleid"] == id("other") })
        let unit = #"{"defaultuomid@odata.bind":"/uoms(\#(foreign.id))"}"#
        #expect(try code(apply("update", "products", "product", unit)) == "0x80043b16")
        try makeProduct("second")
        #expect(try code(apply("update", "products", "second", #"{"productnumber":"product"}"#)) == "0x80043b06")
    }

    @Test func prices() throws {
        try makeList()
        try makeProduct("product")
        try makeProduct("draft", group: "group 2", isActive: false)
        let unit = try #require(dataverse.row("products", id("product"))?["defaultuomid"])
        let draftUnit = try #require(dataverse.row("products", id("draft"))?["defaultuomid"])
        let foreign = priceBody(unit: draftUnit)
        #expect(try code(apply("create", "productpricelevels", "p", foreign)) == "0x80043b14")
        let draft = priceBody(product: "draft", unit: draftUnit)
        #expect(try code(apply("create", "productpricelevels", "p", draft)) == "0x80061009")
        #expect(try apply("create", "productpricelevels", "p", priceBody(unit: unit))?.status == .applied)
        let row = dataverse.row("productpricelevels", id("p"))
        #expect(row?["transactioncurrencyid"] == dataverse.baseCurrencyID)
        #expect(try code(apply("create", "productpricelevels", "q", priceBody(unit: unit))) == "0x80043b08")
        #expect(try code(apply("delete", "uomschedules", "group")) == "0x80040227")
        #expect(try apply("delete", "pricelevels", "list")?.status == .applied)
        #expect(dataverse.rows("productpricelevels").isEmpty)
    }

    @Test func invoices() throws {
        try makeProduct("product")
        try makeProduct("retired", group: "group 2")
        try apply("setState", "products", "retired", #"{"statecode":1,"statuscode":2}"#)
        try apply("create", "accounts", "a", #"{"name":"A"}"#)
        let currency = #""transactioncurrencyid@odata.bind":"/transactioncurrencies(\#(dataverse.baseCurrencyID))""#
        let header = #"{"name":"I",\#(currency),\#(bind("customerid_account", "accounts", "a"))}"#
        let early = header.dropLast() + #","totalamount":1}"#
        #expect(try code(apply("create", "invoices", "i", String(early))) == "0x80040203")
        #expect(try apply("create", "invoices", "i", header)?.status == .applied)
        func line(_ product: String, _ more: String = "") throws -> String {
            let unit = try #require(dataverse.row("products", id(product))?["defaultuomid"])
            let references = "\(bind("invoiceid", "invoices", "i")),\(bind("productid", "products", product))"
            return #"{"quantity":1,\#(references),"uomid@odata.bind":"/uoms(\#(unit))"\#(more)}"#
        }
        #expect(try code(apply("create", "invoicedetails", "l", line("retired"))) == "0x8004f908")
        #expect(
            try code(apply("create", "invoicedetails", "l", line("product", #","extendedamount":1"#))) == "0x80040203"
        )
        #expect(
            try code(apply("create", "invoicedetails", "l", line("product", #","productdescription":"x""#)))
                == "0x80043afb"
        )
        #expect(try apply("create", "invoicedetails", "l", line("product"))?.status == .applied)
        func set(_ state: Int, _ status: Int) throws -> String? {
            try code(apply("setState", "invoices", "i", #"{"statecode":\#(state),"statuscode":\#(status)}"#))
        }
        #expect(try set(2, 100_002) == nil)
        #expect(try set(2, 100_001) == "0x8004022e")
        #expect(try code(apply("update", "invoices", "i", #"{"totalamount":1}"#)) == "0x8004022e")
        #expect(try code(apply("update", "invoicedetails", "l", #"{"extendedamount":1}"#)) == "0x80043b09")
        #expect(try set(3, 100_003) == nil)
        #expect(try set(2, 100_001) == "0x80100000")
        #expect(try set(0, 4) == nil)
        #expect(try apply("update", "invoices", "i", #"{"totalamount":1}"#)?.status == .applied)
        #expect(try code(apply("delete", "accounts", "a")) == "0x80040227")
        #expect(try apply("delete", "invoices", "i")?.status == .applied)
        #expect(dataverse.rows("invoicedetails").isEmpty)
    }

    @Test func matchFindsARowThatNobodyOwns() throws {
        let euro = id("euro")
        dataverse.insert(
            "transactioncurrencies",
            id: euro,
            columns: ["isocurrencycode": "EUR", "currencyname": "E", "currencysymbol": "E", "exchangerate": "9"]
        )
        let body = #"{"isocurrencycode":"EUR","currencyname":"Euro","currencysymbol":"E","exchangerate":1.25}"#
        let match = #","match":{"isocurrencycode":"EUR"}"#
        let found = try apply("create", "transactioncurrencies", "eur", body, more: match)
        #expect(found?.recordID == euro)
        #expect(dataverse.row("transactioncurrencies", euro)?["exchangerate"] == "1.25")
        let rival = try apply("create", "transactioncurrencies", "eur 2", body, more: match)
        #expect(code(rival) == "0x80048cf3")
    }

    @Test func lenientOneHoldsBackUntilItCanApply() throws {
        let lenient = DataverseSimulator(isStrict: false)
        let unit = #"{"name":"U","quantity":1,\#(bind("uomscheduleid", "uomschedules", "group"))}"#
        let base =
            #","resolve":{"baseuom":{"entity":"uoms","where":{"_uomscheduleid_value":"\#(id("group"))","isschedulebaseuom":true}}}"#
        #expect(try apply("create", "uoms", "unit", unit, more: base, to: lenient) == nil)
        #expect(try apply("update", "uoms", "unit", #"{"name":"V"}"#, to: lenient) == nil)
        #expect(lenient.heldBack == 2)
        try apply("create", "uomschedules", "group", #"{"name":"G","baseuomname":"base"}"#, to: lenient)
        #expect(lenient.heldBack == 0)
        #expect(lenient.row("uoms", id("unit"))?["name"] == "V")
        #expect(lenient.refusals.isEmpty)
        #expect(lenient.log.map(\.operation) == [.create, .create, .update])
    }
}
