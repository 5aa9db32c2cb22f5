// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What a source record should look like in Dataverse, written down a second time and independently of the mappings.
struct Expectation {
    /// The mapping of the pair.
    let mapping: String
    /// Whether the record is inside its filter.
    let isInside: Bool
    /// Columns of which the row shall have these values; nil: none.
    let columns: [String: String?]

    /// The mappings by entity; items and resources have two.
    static let mappings: [String: [String]] = [
        "currencies": ["CURRENCY"], "items": ["UNIT GROUP", "ITEM-PRODUCT"], "item-units": ["ITEM UOM"],
        "resources": ["UNIT GROUP", "RESOURCE-PRODUCT"], "resource-units": ["RESOURCE UOM"], "customers": ["CUSTOMER"],
        "price-lists": ["PLHEADER-PRICE"], "price-list-lines": ["PLLINE-PRODPRICE"],
        "sales-invoices": ["POSTEDSALESINV-INV"],
        "sales-invoice-lines": ["POSTEDSALESLINE-INV"],
    ]

    init(_ mapping: String, _ image: Value) {
        self.mapping = mapping
        let reader = Reader(image: image)
        switch mapping {
        case "CURRENCY":
            isInside = true
            columns = [
                "isocurrencycode": reader.text("code"), "currencyname": reader.text("displayName"),
                "currencysymbol": reader.text("symbol") ?? reader.text("code"), "exchangerate": reader.rate,
            ]
        case "UNIT GROUP":
            isInside = true
            let kind = image["displayName"] == nil ? "RESOURCE" : "ITEM"
            columns = ["name": "\(kind) \(reader.text("number") ?? "") UOM GR"]
        case "ITEM UOM", "RESOURCE UOM":
            isInside = true
            columns = ["name": reader.text("code"), "quantity": reader.number("qtyPerUnitOfMeasure")]
        case "ITEM-PRODUCT":
            isInside = image["blocked"] != true
            columns = [
                "productnumber": reader.text("number"), "name": reader.text("displayName"), "producttypecode": "1",
                "price": reader.number("unitPrice", isNeverNegative: true), "standardcost": reader.number("unitCost"),
                "currentcost": reader.number("unitCost"), "stockweight": reader.number("grossWeight"),
                "vendorid": reader.text("vendorNo"),
                "quantityonhand": reader.number("inventory", isNeverNegative: true),
                "statecode": "0", "statuscode": "1",
            ]
        case "RESOURCE-PRODUCT":
            isInside = image["blocked"] != true
            columns = [
                "productnumber": reader.text("number"), "name": reader.text("name"), "producttypecode": "3",
                "price": reader.number("unitPrice", isNeverNegative: true), "statecode": "0", "statuscode": "1",
            ]
        case "CUSTOMER":
            isInside = image["blocked"] == " "
            columns = [
                "name": reader.text("displayName"), "address1_city": reader.text("city"), "customertypecode": "3",
                "address1_line1": reader.text("addressLine1"), "address1_line2": reader.text("addressLine2"),
                "creditlimit": reader.number("creditLimit"), "emailaddress1": reader.text("email"),
            ]
        case "PLHEADER-PRICE":
            isInside = image["priceType"] == "Sale" && image["amountType"] == "Price"
            columns = [
                "name": reader.text("code"), "description": reader.text("description"),
                "begindate": reader.date("startingDate"), "enddate": reader.date("endingDate"),
            ]
        case "PLLINE-PRODPRICE":
            isInside = reader.number("minimumQuantity") == "0"
            columns = ["amount": reader.number("unitPrice"), "pricingmethodcode": "1"]
        case "POSTEDSALESINV-INV":
            isInside = image["status"] != "Draft"
            columns = Expectation.invoice(reader)
        default:
            isInside = image["lineType"] != "Comment"
            columns = [
                "quantity": reader.number("quantity"), "priceperunit": reader.number("unitPrice"),
                "extendedamount": reader.number("netAmountIncludingTax"), "lineitemnumber": reader.number("sequence"),
            ]
        }
    }

    private static func invoice(_ reader: Reader) -> [String: String?] {
        let total = reader.number("totalAmountIncludingTax")
        let remaining = reader.number("remainingAmount")
        var state: (String, String) =
            remaining == "0" ? ("2", "100001") : remaining == total ? ("0", "4") : ("2", "100002")
        if reader.image["status"] == "Canceled" { state = ("3", "100003") }
        return [
            "name": reader.text("number"), "invoicenumber": reader.text("number"), "totalamount": total,
            "totalamountlessfreight": reader.number("totalAmountExcludingTax"), "statecode": state.0,
            "statuscode": state.1,
        ]
    }

    private struct Reader {
        let image: Value

        func text(_ name: String) -> String? {
            guard let text = image[name]?.text, !text.isEmpty else { return nil }
            return text
        }

        func date(_ name: String) -> String? { text(name).flatMap { $0 == "0001-01-01" ? nil : $0 } }

        func number(_ name: String, isNeverNegative: Bool = false) -> String? {
            guard let number = image[name]?.text.flatMap({ DecimalText($0) }) else { return nil }
            return isNeverNegative && number.isNegative ? "0" : number.normalized
        }

        var rate: String? {
            let holding = (image["exchangeRates"]?.elements ?? []).filter {
                ($0["startingDate"]?.text ?? "9") <= "2026-01-01"
            }
            guard let rate = holding.max(by: { ($0["startingDate"]?.text ?? "") < ($1["startingDate"]?.text ?? "") }),
                let amount = rate["exchangeRateAmount"]?.text,
                let worth = rate["relationalExchangeRateAmount"]?.text, let units = DecimalText(amount),
                let value = DecimalText(worth)
            else { return nil }
            return units.divided(by: value, fractionDigits: 10)?.normalized
        }
    }
}
