// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Lines that come as events of their own: when an invoice is complete, and what becomes of a line that comes too late.
struct InvoiceLinesApartTests {
    private let invoice = Sample.id("invoice I1")

    private func prepared(_ isConfirmed: Bool) throws -> Installation {
        let installation = try Installation(.init(isConfirmed: isConfirmed))
        try installation.couple(item: "1000")
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        return installation
    }

    private func header(_ total: Int, _ changes: [String: Value?] = [:]) -> Value {
        Sample.invoice(
            "I1",
            customer: "C1",
            lines: nil,
            [
                "totalAmountExcludingTax": .number(String(total)), "totalAmountIncludingTax": .number(String(total)),
                "remainingAmount": 0, "status": "Paid",
            ]
        ).with(changes)
    }

    private func line(_ number: Int, _ amount: Int, including: Int? = nil, _ changes: [String: Value?] = [:]) -> Value {
        Sample.line(
            "I1",
            number,
            item: "1000",
            [
                "quantity": 1, "unitPrice": .number(String(amount)), "netAmount": .number(String(amount)),
                "netAmountIncludingTax": .number(String(including ?? amount)),
            ]
        ).with(changes)
    }

    private func send(_ installation: Installation, _ lines: Value...) throws {
        for line in lines { installation.send("sales-invoice-lines", line) }
        try installation.settle()
    }

    private func isClosed(_ installation: Installation) throws -> Bool {
        try installation.row("POSTEDSALESINV-INV", invoice)?["statecode"] == "2"
    }

    /// Business Central posts no invoice without lines.
    @Test(arguments: [false, true])
    func invoiceOfNothingWaitsForALine(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        installation.send("sales-invoices", header(0))
        try installation.settle()
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create])
        try send(installation, line(10_000, 0, ["lineType": "Comment"]))
        #expect(try !isClosed(installation))
        try send(installation, line(20_000, 0))
        #expect(try isClosed(installation))
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test(arguments: [false, true])
    func amountsWithAndWithoutTaxMustBothAddUp(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        installation.send("sales-invoices", header(100, ["totalAmountExcludingTax": 90]))
        try send(installation, line(10_000, 100))
        #expect(try !isClosed(installation))
        try send(installation, line(20_000, -10, including: 0))
        #expect(try isClosed(installation))
    }

    /// A line that has not come is no other case than an amount that is wrong, so the figures are named.
    @Test(arguments: [
        (100, 119, "totalAmountIncludingTax is not the sum of the lines' netAmountIncludingTax"),
        (90, 120, "totalAmountExcludingTax is not the sum of the lines' netAmount"),
        (
            90, 119,
            "totalAmountIncludingTax is not the sum of the lines' netAmountIncludingTax, "
                + "totalAmountExcludingTax is not the sum of the lines' netAmount"
        ),
    ])
    func sumsThatDifferAreNamed(excluding: Int, including: Int, detail: String) throws {
        let installation = try prepared(false)
        let totals: [String: Value?] = [
            "totalAmountExcludingTax": .number(String(excluding)),
            "totalAmountIncludingTax": .number(String(including)),
        ]
        installation.send("sales-invoices", header(120, totals))
        try installation.settle()
        let key = "\(invoice)/*"
        #expect(
            try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting?.waitsFor
                == [.init(mapping: "POSTEDSALESLINE-INV", key: key, reason: .unseen)]
        )
        try send(installation, line(10_000, 100, including: 120))
        #expect(
            try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting?.waitsFor
                == [.init(mapping: "POSTEDSALESLINE-INV", key: key, reason: .sumsDiffer, detail: detail)]
        )
    }

    @Test func lineThatIsKnownAndWaitsKeepsTheInvoiceOpen() throws {
        let installation = try prepared(false)
        installation.send("sales-invoice-lines", line(10_000, 50, ["lineObjectNumber": "2000"]))
        installation.send("sales-invoice-lines", line(20_000, 50))
        installation.send("sales-invoices", header(50))
        try installation.settle()
        #expect(try !isClosed(installation))
        let line = Waiting.Reference(
            mapping: "POSTEDSALESLINE-INV",
            key: Sample.id("line I1/10000"),
            reason: .waiting
        )
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting?.waitsFor == [line])
    }

    /// 100 - 30 + 30: the first line alone adds up to the total.
    @Test(arguments: [[0, 1, 2, 3], [1, 0, 2, 3], [3, 1, 2, 0], [2, 3, 0, 1], [1, 2, 3, 0]], [false, true])
    func lateLinesOpenTheInvoiceAgain(order: [Int], isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed)
        let lines = [line(10_000, 100), line(20_000, -30), line(30_000, 30, ["discountAmount": 7])]
        for part in order {
            if part == 0 {
                installation.send("sales-invoices", header(100))
            } else {
                installation.send("sales-invoice-lines", lines[part - 1])
            }
            try installation.settle()
        }
        #expect(try isClosed(installation))
        let row = try #require(try installation.row("POSTEDSALESINV-INV", invoice))
        #expect(row["statuscode"] == "100001")
        #expect(row["totallineitemdiscountamount"] == "7")
        #expect(installation.dataverse.rows("invoicedetails").count == 3)
        for number in [10_000, 20_000, 30_000] {
            let line = try installation.row("POSTEDSALESLINE-INV", Sample.id("line I1/\(number)"))
            #expect(line?["extendedamount"] != nil)
        }
        #expect(installation.dataverse.refusals.isEmpty)
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting == nil)
        let changes = installation.changes("POSTEDSALESINV-INV", invoice).map(\.changeID)
        #expect(Set(changes).count == changes.count)
    }

    /// An event that does not carry the totals has not changed them.
    @Test func partialEventOfACompleteInvoiceDoesNotWait() throws {
        let installation = try prepared(false)
        installation.send("sales-invoices", header(100, ["remainingAmount": 100, "status": "Open"]))
        try send(installation, line(10_000, 100))
        installation.send(
            "sales-invoices",
            ["systemId": .text(invoice), "status": "Open", "dueDate": "2026-05-01"]
        )
        try installation.settle()
        #expect(try installation.row("POSTEDSALESINV-INV", invoice)?["duedate"] == "2026-05-01")
        #expect(try installation.coupling("POSTEDSALESINV-INV", invoice)?.waiting == nil)
    }
}
