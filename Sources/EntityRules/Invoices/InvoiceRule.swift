// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Posted sales invoices: totals and state go out when all lines are there.
struct InvoiceRule: EntityRule {
    static let lineMapping = "POSTEDSALESLINE-INV"

    func factProperties(of key: String?, _ settings: EngineSettings) -> [String] {
        // The amounts and the status close an invoice again that was opened for a late line.
        [
            "currencyCode", "pricesIncludeTax", "shipmentDate", "status", "remainingAmount", "discountAmount",
            "totalAmountExcludingTax", "totalAmountIncludingTax",
        ] + InvoiceLineRule.shipToColumns.map(\.property)
    }

    /// Active and billed; a closed invoice is opened before its state changes (INV-31).
    var openState: RecordState? { RecordState(state: 0, status: 4) }

    func complete(_ evaluation: inout Evaluation) throws {
        let lines = try InvoiceLines(evaluation)
        try requireProducts(of: lines, &evaluation)
        setTotals(lines, try amounts(evaluation.image), &evaluation)
        evaluation.late = try lines.missing(in: evaluation)
        evaluation.state = try state(evaluation)
    }

    /// Every line with a product must find it before the invoice is created (INV-05, INV-06).
    private func requireProducts(of lines: InvoiceLines, _ evaluation: inout Evaluation) throws {
        guard !evaluation.coupling.crm.isCreated else { return }
        for line in lines.embedded {
            guard let product = try InvoiceLineRule.product(of: line) else { continue }
            _ = try evaluation.require(product.mapping, key: product.number, id: product.id, column: nil)
        }
    }

    private struct Amounts {
        var excludingTax: DecimalText
        var includingTax: DecimalText
        var discount: DecimalText
    }

    private func amounts(_ image: JSONValue) throws -> Amounts? {
        guard let excluding = try PropertyReader.decimal(image, "totalAmountExcludingTax"),
            let including = try PropertyReader.decimal(image, "totalAmountIncludingTax")
        else { return nil }
        let discount = try PropertyReader.decimal(image, "discountAmount") ?? DecimalText(0)
        return Amounts(excludingTax: excluding, includingTax: including, discount: discount)
    }

    /// Totals with both order integrations off (INV-12, INV-14).
    private func setTotals(_ lines: InvoiceLines, _ amounts: Amounts?, _ evaluation: inout Evaluation) {
        guard let amounts else { return }
        let lineDiscount = lines.discount
        evaluation.set("freightamount", .number(DecimalText(0)), access: .modifyOnly)
        evaluation.set("discountpercentage", .number(DecimalText(0)), access: .modifyOnly)
        evaluation.set("totaltax", .number(amounts.includingTax - amounts.excludingTax), access: .modifyOnly)
        evaluation.set("totallineitemdiscountamount", .number(lineDiscount), access: .modifyOnly)
        evaluation.set("totaldiscountamount", .number(amounts.discount + lineDiscount), access: .modifyOnly)
    }

    /// An amount of the invoice; an event that does not carry it has not changed it.
    static func amount(_ property: String, _ evaluation: Evaluation) throws -> DecimalText? {
        if let amount = try PropertyReader.decimal(evaluation.image, property) { return amount }
        return evaluation.coupling.bc.facts[property].flatMap { DecimalText($0) }
    }

    /// Paid, partly paid, billed or cancelled (INV-30, INV-32).
    private func state(_ evaluation: Evaluation) throws -> RecordState? {
        let image = evaluation.image
        let status = try PropertyReader.text(image, "status").map(PropertyReader.unescape)
        if status == "Canceled" { return RecordState(state: 3, status: 100_003) }
        guard let remaining = try PropertyReader.decimal(image, "remainingAmount") else { return nil }
        if remaining.isZero { return RecordState(state: 2, status: 100_001) }
        let total = try InvoiceRule.amount("totalAmountIncludingTax", evaluation)
        return total == remaining ? openState : RecordState(state: 2, status: 100_002)
    }

    /// The id of the line that rounding leaves.
    static func roundingID(document: String) -> String { "\(document)/rounding" }

    /// With prices including VAT, the difference that rounding leaves becomes a line of its own (INV-15).
    func derivedLines(of document: JSONValue) throws -> [String] {
        guard document["pricesIncludeTax"]?.bool == true, let lines = document["salesInvoiceLines"],
            let id = ChangeEvent.idMember(of: document)?.string?.lowercased()
        else { return [] }
        var difference = DecimalText(0)
        for line in lines.elements {
            let amounts = try InvoiceLineRule.Amounts(line, pricesIncludeTax: true)
            guard let including = amounts.includingTax, let price = amounts.pricePerUnit,
                let quantity = amounts.quantity
            else { continue }
            difference = difference + including - (price * quantity + amounts.tax - amounts.discount)
        }
        guard !difference.isZero else { return [] }
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.key("systemId")
        writer.string(InvoiceRule.roundingID(document: id))
        writer.key("documentId")
        writer.string(id)
        writer.key("lineType")
        writer.string("Rounding")
        writer.key("description")
        writer.string("Rounding")
        writer.key("quantity")
        writer.integer(1)
        for name in ["unitPrice", "netAmount", "netAmountIncludingTax"] {
            writer.key(name)
            writer.number(difference)
        }
        writer.endObject()
        return [writer.text]
    }
}
