// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Posted sales invoices and their lines.
struct InvoiceTests {
    private let invoice = Sample.id("invoice I1")
    private let line = Sample.id("line I1/10000")

    private func prepared(_ isConfirmed: Bool = false) throws -> Installation {
        let installation = try Installation(.init(isConfirmed: isConfirmed))
        try installation.couple(item: "1000")
        try installation.couple(item: "2000")
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        return installation
    }

    private var lines: [Value] {
        [Sample.line("I1", 10_000, item: "1000"), Sample.line("I1", 20_000, item: "2000", ["discountAmount": 10])]
    }

    private func expectWhole(_ installation: Installation) throws {
        let header = try #require(try installation.row("POSTEDSALESINV-INV", invoice))
        #expect(header["totalamount"] == "250")
        #expect(header["totalamountlessfreight"] == "200")
        #expect(header["totaltax"] == "50")
        #expect(header["totallineitemdiscountamount"] == "10")
        #expect(header["statecode"] == "0")
        #expect(header["statuscode"] == "4")
        let row = try #require(try installation.row("POSTEDSALESLINE-INV", Sample.id("line I1/20000")))
        #expect(row["invoiceid"] == header.id)
        #expect(row["baseamount"] == "110")
        #expect(row["extendedamount"] == "125")
        #expect(row["tax"] == "25")
        #expect(row["lineitemnumber"] == "20000")
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
        #expect(installation.operations("POSTEDSALESLINE-INV", line) == [.create, .update])
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// INV-10 to INV-14, INV-20, INV-22, INV-23, INV-27, INV-30.
    @Test(arguments: [false, true])
    func embeddedLines(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: lines))
        try installation.settle()
        try expectWhole(installation)
        let change = try #require(installation.changes("POSTEDSALESLINE-INV", line).first)
        #expect(change.source.entity == "sales-invoice-lines")
        #expect(change.replyPartition == Installation.home(of: invoice, count: installation.options.partitions))
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], [false, true])
    func linesOfTheirOwnTopicInAnyOrder(order: [Int], isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        for part in order {
            if part == 0 {
                installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil, count: 2))
            } else {
                installation.send("sales-invoice-lines", lines[part - 1])
            }
            try installation.settle()
        }
        try expectWhole(installation)
    }

    /// A closed invoice refuses its lines' amounts, so these have to be there before.
    @Test(arguments: [true, false])
    func invoiceWaitsUntilItsLinesAreWhole(isEmbedded: Bool) throws {
        let installation = try prepared(true)
        let header = Sample.invoice("I1", customer: "C1", lines: isEmbedded ? lines : nil, count: 2)
        installation.send("sales-invoices", header)
        try installation.runWorkers()
        if !isEmbedded { for line in lines { installation.send("sales-invoice-lines", line) } }
        // The header's create, the lines' creates; then the lines' amounts are on their way.
        for _ in 0..<2 {
            try installation.deliverAll()
            try installation.runWorkers()
        }
        #expect(installation.operations("POSTEDSALESLINE-INV", line) == [.create, .update])
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create])
        try installation.settle()
        try expectWhole(installation)
    }

    @Test func amountsThatComeLateCompleteTheInvoice() throws {
        let installation = try prepared()
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil, count: 1))
        installation.send(
            "sales-invoice-lines",
            Sample.line("I1", 10_000, item: "1000", ["netAmountIncludingTax": nil])
        )
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create])
        installation.send("sales-invoice-lines", Sample.line("I1", 10_000, item: "1000"))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }

    /// INV-16.
    @Test func linesGoOutOnce() throws {
        let installation = try prepared()
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: lines))
        try installation.settle()
        let changed = [Sample.line("I1", 10_000, item: "1000", ["quantity": 3]), lines[1]]
        installation.send(
            "sales-invoices",
            Sample.invoice("I1", customer: "C1", lines: changed, ["dueDate": "2026-03-01"])
        )
        try installation.settle()
        #expect(installation.operations("POSTEDSALESLINE-INV", line) == [.create, .update])
        #expect(installation.changes("POSTEDSALESINV-INV", invoice).last?.names == ["duedate"])
    }

    /// INV-30, INV-31, INV-34.
    @Test(arguments: [false, true])
    func paymentClosesAndReopens(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        func send(_ remaining: Int, _ status: String = "Open") throws -> [String?] {
            installation.send(
                "sales-invoices",
                Sample.invoice(
                    "I1",
                    customer: "C1",
                    lines: lines,
                    ["remainingAmount": .number(String(remaining)), "status": .text(status)]
                )
            )
            try installation.settle()
            let row = try installation.row("POSTEDSALESINV-INV", invoice)
            return [row?["statecode"], row?["statuscode"]]
        }
        #expect(try send(250) == ["0", "4"])
        #expect(try send(100) == ["2", "100002"])
        #expect(try send(0, "Paid") == ["2", "100001"])
        #expect(try send(250) == ["0", "4"])
        #expect(try send(0, "Canceled") == ["3", "100003"])
        #expect(installation.dataverse.refusals.isEmpty)
        // Partly to wholly paid: opened first.
        let states = installation.changes("POSTEDSALESINV-INV", invoice).filter { $0.operation == .setState }
        #expect(states.map { $0["statuscode"] } == ["4", "100002", "4", "100001", "4", "100003"])
        #expect(Set(states.map(\.changeID)).count == states.count)
    }

    @Test func draftIsFiltered() throws {
        let installation = try prepared()
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: lines, ["status": "Draft"]))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [])
        #expect(installation.operations("POSTEDSALESLINE-INV", line) == [])
    }

    /// INV-25.
    @Test func lineWithoutProductIsAWriteIn() throws {
        let installation = try prepared()
        let freight = Sample.line(
            "I1",
            10_000,
            item: "",
            ["lineType": "G/L Account", "lineObjectNumber": "6710", "description": "Freight", "unitOfMeasureCode": ""]
        )
        let comment = Sample.line("I1", 20_000, item: "", ["lineType": "Comment", "description": "Thank you"])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [freight, comment], count: 1))
        try installation.settle()
        let row = try #require(try installation.row("POSTEDSALESLINE-INV", line))
        #expect(row["productdescription"] == "6710 Freight.")
        #expect(row["isproductoverridden"] == "true")
        #expect(installation.operations("POSTEDSALESLINE-INV", Sample.id("line I1/20000")) == [])
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }

    /// INV-15, INV-24; 2 at 10.00 with 20 % VAT inside: 8.33333 each, and a hundredth of a cent's rest.
    @Test(arguments: ["systemId", "id"], [false, true])
    func roundingOfPricesIncludingTaxIsALine(idName: String, isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        let amounts: [String: Value?] = [
            "quantity": 3, "unitPrice": 10, "netAmount": 25, "netAmountIncludingTax": 30,
        ]
        var document = Sample.invoice(
            "I1",
            customer: "C1",
            lines: [Sample.line("I1", 10_000, item: "1000", amounts)],
            ["pricesIncludeTax": true, "totalAmountExcludingTax": 25, "totalAmountIncludingTax": 30]
        )
        if idName == "id" { document = document.with(["id": .text(invoice), "systemId": nil]) }
        installation.send("sales-invoices", document)
        try installation.settle()
        #expect(try installation.row("POSTEDSALESLINE-INV", line)?["priceperunit"] == "8.33333")
        let rounding = try #require(try installation.row("POSTEDSALESLINE-INV", "\(invoice)/rounding"))
        #expect(rounding["productdescription"] == "Rounding")
        #expect(rounding["quantity"] == "1")
        #expect(rounding["priceperunit"] == "0.00001")
        #expect(installation.operations("POSTEDSALESINV-INV", invoice).last == .setState)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// Business Central has no rounding line: it is in no sum of the lines that came by themselves.
    @Test(arguments: [false, true])
    func anInvoiceWithARoundingLineTakesAnEventWithoutLines(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        let totals: [String: Value?] = [
            "pricesIncludeTax": true, "totalAmountExcludingTax": 25, "totalAmountIncludingTax": 30,
            "remainingAmount": 30,
        ]
        let line = Sample.line(
            "I1",
            10_000,
            item: "1000",
            ["quantity": 3, "unitPrice": 10, "netAmount": 25, "netAmountIncludingTax": 30]
        )
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line], totals))
        try installation.settle()
        #expect(try installation.row("POSTEDSALESLINE-INV", "\(invoice)/rounding") != nil)
        let paid = Sample.invoice("I1", customer: "C1", lines: nil, totals)
            .with(["remainingAmount": 0, "status": "Paid"])
        installation.send("sales-invoices", paid)
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting == nil)
        #expect(try installation.row("POSTEDSALESINV-INV", invoice)?["statuscode"] == "100001")
        // A line that comes late is taken, and the invoice closed again.
        let nothing: [String: Value?] = ["netAmount": 0, "netAmountIncludingTax": 0, "unitPrice": 0]
        let late = Sample.line("I1", 20_000, item: "1000", nothing)
        installation.send("sales-invoice-lines", late)
        try installation.settle()
        #expect(try installation.row("POSTEDSALESLINE-INV", Sample.id("line I1/20000")) != nil)
        #expect(try installation.row("POSTEDSALESINV-INV", invoice)?["statuscode"] == "100001")
    }

    /// INV-30: an event that does not carry the total has not changed it.
    @Test(arguments: [false, true])
    func anUnpaidInvoiceStaysSoByAnEventWithoutTotals(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: lines))
        try installation.settle()
        let whole = Sample.invoice("I1", customer: "C1", lines: nil)
        let brief: Value = [
            "systemId": whole["systemId"] ?? .null, "number": "I1", "status": "Open", "remainingAmount": 250,
        ]
        installation.send("sales-invoices", brief)
        try installation.settle()
        try expectWhole(installation)
    }

    /// As of a price, the unit of a line that names none is its product's.
    @Test func aLineWithoutAUnitHasItsProducts() throws {
        let installation = try prepared(true)
        let line = Sample.line("I1", 10_000, item: "1000", ["unitOfMeasureCode": ""])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        let unit = try installation.coupling("ITEM UOM", Sample.id("unit 1000/PCS"))?.crm.id
        #expect(try installation.row("POSTEDSALESLINE-INV", self.line)?["uomid"] == unit)
    }

    @Test func aLineIsKnownByTheIdThatIsNotNull() throws {
        let installation = try prepared()
        let other = Sample.line("I1", 10_000, item: "1000", ["systemId": .null, "id": .text(line)])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [other]))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESLINE-INV", line) == [.create, .update])
    }

    @Test func linesWithoutIdsAreKnownByTheirNumber() throws {
        let installation = try prepared()
        let nameless = Sample.line("I1", 10_000, item: "1000", ["systemId": nil])
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [nameless]))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESLINE-INV", "\(invoice)/10000") == [.create, .update])
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }

    @Test func invoiceOfAnUnknownCustomerWaits() throws {
        let installation = try prepared()
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C2", lines: lines))
        try installation.settle()
        let waiting = try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting
        #expect(waiting?.waitsFor == [.init(mapping: "CUSTOMER", key: "C2", reason: .unseen)])
        installation.send("customers", Sample.customer("C2", ["blocked": "All"]))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [])
    }

    /// INV-04 to INV-06.
    @Test func invoiceWithABlockedProductWaits() throws {
        let installation = try prepared()
        installation.send("items", Sample.item("3000", ["blocked": true]))
        installation.send("item-units", Sample.itemUnit("3000"))
        let sold = Sample.line("I1", 10_000, item: "3000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [sold]))
        try installation.settle()
        let waiting = try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting
        #expect(waiting?.waitsFor == [.init(mapping: "ITEM-PRODUCT", key: "3000", reason: .filtered)])
        installation.send("items", Sample.item("3000"))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }
}
