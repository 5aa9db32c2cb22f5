// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension ExpectedRows {
    mutating func addPriceLists() {
        for record in records("price-lists") where isSalesPrice(record) {
            guard let currency = currency(record.text("currencyCode")) else { continue }
            let isActive = record.text("status") == "Active"
            add(
                "pricelevels",
                "PLHEADER-PRICE",
                record,
                key: record.text("code"),
                [
                    "name": record.text("code"), "description": Canonical.text(record.text("description")),
                    "transactioncurrencyid": currency, "begindate": Canonical.date(record.text("startingDate")),
                    "enddate": Canonical.date(record.text("endingDate")),
                    "statecode": isActive ? "0" : "1", "statuscode": isActive ? "100001" : "100002",
                ]
            )
        }
    }

    private func isSalesPrice(_ record: SourceValue) -> Bool {
        record.text("priceType") == "Sale" && record.text("amountType") == "Price"
    }

    mutating func addPrices() {
        var claims: [String: [String: Row]] = [:]
        for record in records("price-list-lines") where isSalesPrice(record) {
            guard ["Item", "Resource"].contains(record.text("assetType")),
                Canonical.isZero(record.text("minimumQuantity"))
            else { continue }
            let isItem = record.text("assetType") == "Item"
            let number = record.text("assetNo")
            guard let list = found["PLHEADER-PRICE/\(record.text("priceListCode"))"],
                let product = found["\(isItem ? "ITEM-PRODUCT" : "RESOURCE-PRODUCT")/\(number)"],
                let source = products[number], let currency = currency(record.text("currencyCode"))
            else { continue }
            let base = source.text(isItem ? "baseUnitOfMeasureCode" : "baseUnitOfMeasure")
            let code = record.text("unitOfMeasureCode")
            guard let unit = found["\(isItem ? "ITEM UOM" : "RESOURCE UOM")/\(number)/\(code.isEmpty ? base : code)"]
            else { continue }
            let row: Row = [
                "pricelevelid": list, "productid": product, "uomid": unit,
                "uomscheduleid": found["UNIT GROUP/\(source.text("systemId"))"],
                "amount": Canonical.number(record.text("unitPrice")), "pricingmethodcode": "1",
                "quantitysellingcode": "1", "roundingpolicycode": "1", "transactioncurrencyid": currency,
            ]
            claims["\(list)/\(product)/\(unit)", default: [:]][
                ExpectedRows.id("PLLINE-PRODPRICE", record.text("systemId"))
            ] =
                row
        }
        for (_, candidates) in claims {
            guard candidates.count == 1, let only = candidates.first else {
                addRivals(candidates)
                continue
            }
            addRow("productpricelevels", id: only.key, only.value)
        }
    }

    mutating func addInvoices() {
        for invoice in records("sales-invoices") where invoice.text("status") != "Draft" {
            let lines = invoice.elements("salesInvoiceLines").filter { $0.text("lineType") != "Comment" }
            guard let customer = found["CUSTOMER/\(invoice.text("customerNumber"))"],
                let currency = currency(invoice.text("currencyCode")),
                lines.allSatisfy({ product(of: $0) != .missing })
            else { continue }
            var isComplete = true
            let id = ExpectedRows.id("POSTEDSALESINV-INV", invoice.text("systemId"))
            for line in lines {
                if let row = lineRow(line, of: invoice, id: id, currency: currency) {
                    addRow("invoicedetails", id: ExpectedRows.id("POSTEDSALESLINE-INV", line.text("systemId")), row)
                } else {
                    isComplete = false
                }
            }
            addRow(
                "invoices",
                id: id,
                invoiceRow(invoice, lines, customer: customer, currency: currency, isComplete: isComplete)
            )
        }
    }

    private enum Product: Equatable {
        case none
        case missing
        case found(String, units: String)
    }

    private func product(of line: SourceValue) -> Product {
        let number = line.text("lineObjectNumber")
        let names = ["Item": ("ITEM-PRODUCT", "ITEM UOM"), "Resource": ("RESOURCE-PRODUCT", "RESOURCE UOM")]
        guard let (mapping, units) = names[line.text("lineType")], !number.isEmpty else { return .none }
        guard let id = found["\(mapping)/\(number)"] else { return .missing }
        return .found(id, units: units)
    }

    private func invoiceRow(
        _ invoice: SourceValue,
        _ lines: [SourceValue],
        customer: String,
        currency: String,
        isComplete: Bool
    ) -> Row {
        let number = invoice.text("number")
        var row: Row = [
            "invoicenumber": number, "name": number, "customerid": customer, "transactioncurrencyid": currency,
            "duedate": Canonical.date(invoice.text("dueDate")),
            "datedelivered": Canonical.date(invoice.text("shipmentDate")),
            "discountamount": Canonical.number(invoice.text("discountAmount")),
            "description": Canonical.text(invoice.text("workDescription")),
        ]
        for side in ["shipTo", "billTo"] {
            for (suffix, column) in [
                ("Name", "name"), ("AddressLine1", "line1"), ("AddressLine2", "line2"), ("City", "city"),
                ("Country", "country"), ("PostCode", "postalcode"), ("State", "stateorprovince"),
            ] {
                row["\(side.lowercased())_\(column)"] = .some(Canonical.text(invoice.text(side + suffix)))
            }
        }
        let excluding = invoice.text("totalAmountExcludingTax")
        let including = invoice.text("totalAmountIncludingTax")
        let lineDiscount = Canonical.sum(lines.map { $0.text("discountAmount") })
        let totals: Row = [
            "totalamountlessfreight": Canonical.number(excluding), "totalamount": Canonical.number(including),
            "totaltax": Canonical.difference(including, excluding), "freightamount": "0", "discountpercentage": "0",
            "totallineitemdiscountamount": lineDiscount,
            "totaldiscountamount": Canonical.sum([lineDiscount, invoice.text("discountAmount")]),
        ]
        guard isComplete else { return row.merging(["totalamount": "0", "statecode": "0"]) { _, new in new } }
        row.merge(totals) { _, new in new }
        let (state, status) = state(of: invoice)
        row["statecode"] = state
        row["statuscode"] = status
        return row
    }

    private func state(of invoice: SourceValue) -> (String, String) {
        if invoice.text("status") == "Canceled" { return ("3", "100003") }
        let remaining = invoice.text("remainingAmount")
        if Canonical.isZero(remaining) { return ("2", "100001") }
        let isWhole = Canonical.number(remaining) == Canonical.number(invoice.text("totalAmountIncludingTax"))
        return isWhole ? ("0", "4") : ("2", "100002")
    }

    private func lineRow(_ line: SourceValue, of invoice: SourceValue, id: String, currency: String) -> Row? {
        let net = line.text("netAmount")
        let including = line.text("netAmountIncludingTax")
        let invoiceDiscount = line.text("invoiceDiscountAllocation")
        var row: Row = [
            "invoiceid": id, "quantity": Canonical.number(line.text("quantity")),
            "manualdiscountamount": Canonical.number(line.text("discountAmount")),
            "priceperunit": Canonical.number(line.text("unitPrice")), "ispriceoverridden": "true",
            "lineitemnumber": line.text("sequence"), "tax": Canonical.difference(including, net),
            "volumediscountamount": "0",
            "baseamount": Canonical.sum([net, invoiceDiscount, line.text("discountAmount")]),
            "extendedamount": Canonical.sum([including, invoiceDiscount]), "transactioncurrencyid": currency,
            "actualdeliveryon": Canonical.date(line.text("shipmentDate")),
        ]
        switch product(of: line) {
        case .missing: return nil
        case .none:
            let number = line.text("lineObjectNumber")
            let text = line.text("description")
            row["isproductoverridden"] = "true"
            row["productdescription"] = number.isEmpty ? text : "\(number) \(text)."
        case .found(let product, let units):
            let key = "\(units)/\(line.text("lineObjectNumber"))/\(line.text("unitOfMeasureCode"))"
            guard let unit = found[key] else { return nil }
            row["productid"] = product
            row["uomid"] = unit
        }
        return row
    }
}
