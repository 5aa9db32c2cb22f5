// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Lines of posted sales invoices: sent once, after their header exists.
struct InvoiceLineRule: EntityRule {
    /// Digits of a unit price's fraction: Business Central's default unit-amount rounding.
    static let unitPriceDigits = 5

    /// Ship-to columns that a line takes over from its header (INV-22).
    static let shipToColumns: [(property: String, column: String)] = [
        ("shipToName", "shipto_name"), ("shipToAddressLine1", "shipto_line1"), ("shipToAddressLine2", "shipto_line2"),
        ("shipToCity", "shipto_city"), ("shipToCountry", "shipto_country"), ("shipToPostCode", "shipto_postalcode"),
        ("shipToState", "shipto_stateorprovince"),
    ]

    func factProperties(of key: String?, _ settings: EngineSettings) -> [String] {
        ["discountAmount", "netAmount", "netAmountIncludingTax"]
    }

    func complete(_ evaluation: inout Evaluation) throws {
        let document = evaluation.coupling.document ?? ""
        let header = try evaluation.require(
            "POSTEDSALESINV-INV",
            key: document,
            byID: true,
            column: "invoiceid",
            columns: ["statecode"]
        )
        guard let header else { return }
        // Lines are sent with their invoice and not again (INV-16).
        if evaluation.coupling.crm.isCreated, evaluation.coupling.state == .coupled,
            evaluation.coupling.base["extendedamount"] != nil
        {
            evaluation.columns = []
            return
        }
        if header.values["statecode"] ?? "0" != "0" {
            evaluation.awaitOpening(of: "POSTEDSALESINV-INV", document: document)
        }
        evaluation.set(
            "invoiceid",
            .reference(navigation: "invoiceid", entitySet: header.entitySet, id: header.id),
            access: .insertOnly
        )
        try setHeaderValues(header, &evaluation)
        try setAmounts(header, &evaluation)
        try setProduct(&evaluation)
    }

    private func setHeaderValues(_ header: ReferencedRecord, _ evaluation: inout Evaluation) throws {
        for (property, column) in InvoiceLineRule.shipToColumns {
            guard let text = header.facts[property], !text.isEmpty else { continue }
            evaluation.set(column, .text(text), access: .insertOnly)
        }
        let delivered = try PropertyReader.text(evaluation.image, "shipmentDate") ?? header.facts["shipmentDate"] ?? ""
        if !delivered.isEmpty, !delivered.hasPrefix("0001-01-01") {
            evaluation.set("actualdeliveryon", .text(String(delivered.prefix(10))), access: .insertOnly)
        }
        if let currency = try evaluation.currency(code: header.facts["currencyCode"] ?? "") {
            evaluation.set("transactioncurrencyid", currency, access: .insertOnly)
        }
        if let number = try PropertyReader.decimal(evaluation.image, "sequence") {
            evaluation.set("lineitemnumber", .number(number), access: .insertOnly)  // INV-23
        }
    }

    private func setAmounts(_ header: ReferencedRecord, _ evaluation: inout Evaluation) throws {
        let amounts = try Amounts(evaluation.image, pricesIncludeTax: header.facts["pricesIncludeTax"] == "true")
        if let price = amounts.pricePerUnit { evaluation.set("priceperunit", .number(price)) }
        evaluation.set("tax", .number(amounts.tax))
        evaluation.set("volumediscountamount", .number(DecimalText(0)), access: .modifyOnly)
        if let excluding = amounts.excludingTax {
            evaluation.set(
                "baseamount",
                .number(excluding + amounts.invoiceDiscount + amounts.discount),
                access: .modifyOnly
            )
        }
        if let including = amounts.includingTax {
            evaluation.set("extendedamount", .number(including + amounts.invoiceDiscount), access: .modifyOnly)
        }
    }

    private func setProduct(_ evaluation: inout Evaluation) throws {
        guard let product = try InvoiceLineRule.product(of: evaluation.image) else {
            evaluation.set("isproductoverridden", .bool(true), access: .insertOnly)
            evaluation.set("productdescription", .text(try description(evaluation.image)), access: .insertOnly)
            return
        }
        let found = try evaluation.require(
            product.mapping,
            key: product.number,
            id: product.id,
            column: "productid",
            columns: ["defaultuomid"]
        )
        guard let found else { return }
        evaluation.set(
            "productid",
            .reference(navigation: "productid", entitySet: found.entitySet, id: found.id),
            access: .insertOnly
        )
        let code = try PropertyReader.text(evaluation.image, "unitOfMeasureCode") ?? ""
        if evaluation.isOn(.noUnitGroups) || code.isEmpty {
            // Whatever unit the line used (UOM-14), and where it names none, as of a price.
            if let unit = UnitLookups.unit(ofProduct: found.values["defaultuomid"], navigation: "uomid") {
                evaluation.set("uomid", unit, access: .insertOnly)
            }
            return
        }
        let unit = try evaluation.require(
            product.units,
            key: "\(product.number)/\(code)",
            ownerKey: "\(found.sourceID)/\(code)",
            column: "uomid"
        )
        guard let unit else { return }
        evaluation.set(
            "uomid",
            .reference(navigation: "uomid", entitySet: unit.entitySet, id: unit.id),
            access: .insertOnly
        )
    }

    /// A line without product says number and description, with a full stop (INV-25).
    private func description(_ line: JSONValue) throws -> String {
        let text = try PropertyReader.text(line, "description") ?? ""
        guard let number = try PropertyReader.text(line, "lineObjectNumber"), !number.isEmpty else { return text }
        return "\(number) \(text)."
    }

    /// The product that a line sells; nil for other lines (INV-06).
    static func product(of line: JSONValue) throws -> Product? {
        let type = try PropertyReader.text(line, "lineType").map(PropertyReader.unescape)
        guard let number = try PropertyReader.text(line, "lineObjectNumber"), !number.isEmpty else { return nil }
        switch type {
        case "Item":
            try PropertyReader.checkTold(line, ["itemId"])
            return Product(mapping: "ITEM-PRODUCT", units: "ITEM UOM", number: number, id: line["itemId"]?.string)
        case "Resource": return Product(mapping: "RESOURCE-PRODUCT", units: "RESOURCE UOM", number: number)
        default: return nil
        }
    }
}

extension InvoiceLineRule {
    /// What a line says of its product.
    struct Product {
        let mapping: String
        let units: String
        let number: String
        /// Of an item only.
        var id: String?
    }

    /// The amounts of a line.
    struct Amounts {
        let quantity: DecimalText?
        let discount: DecimalText
        let invoiceDiscount: DecimalText
        let excludingTax: DecimalText?
        let includingTax: DecimalText?
        let tax: DecimalText
        let pricePerUnit: DecimalText?

        init(_ line: JSONValue, pricesIncludeTax: Bool) throws {
            quantity = try PropertyReader.decimal(line, "quantity")
            discount = try PropertyReader.decimal(line, "discountAmount") ?? DecimalText(0)
            excludingTax = try PropertyReader.decimal(line, "netAmount")
            includingTax = try PropertyReader.decimal(line, "netAmountIncludingTax")
            invoiceDiscount = try PropertyReader.decimal(line, "invoiceDiscountAllocation") ?? DecimalText(0)
            if let includingTax, let excludingTax { tax = includingTax - excludingTax } else { tax = DecimalText(0) }
            let price = try PropertyReader.decimal(line, "unitPrice")
            guard pricesIncludeTax, let price, let quantity, !quantity.isZero,
                let perUnit = tax.divided(by: quantity, fractionDigits: InvoiceLineRule.unitPriceDigits)
            else {
                pricePerUnit = price
                return
            }
            pricePerUnit = price - perUnit  // INV-24
        }
    }
}
