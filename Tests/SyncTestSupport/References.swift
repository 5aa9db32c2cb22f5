// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Which records others refer to, so that the rest can go.
struct References {
    private var units: Set<String> = []
    private var pricesByClaim: [String: Int] = [:]
    private var baseUnits: [String: String] = [:]

    init(_ company: Company) {
        for item in company.records["items"] ?? [] {
            baseUnits[item.text("number")] = item.text("baseUnitOfMeasureCode")
            units.insert("\(item.text("number"))/\(item.text("baseUnitOfMeasureCode"))")
        }
        for price in company.records["price-list-lines"] ?? [] {
            units.insert("\(price.text("assetNo"))/\(unit(of: price))")
            pricesByClaim[claim(price), default: 0] += 1
        }
        for invoice in company.records["sales-invoices"] ?? [] {
            for line in invoice.elements("salesInvoiceLines") {
                units.insert("\(line.text("lineObjectNumber"))/\(line.text("unitOfMeasureCode"))")
            }
        }
    }

    private func unit(of price: SourceValue) -> String {
        let code = price.text("unitOfMeasureCode")
        return code.isEmpty ? baseUnits[price.text("assetNo")] ?? "" : code
    }

    private func claim(_ price: SourceValue) -> String {
        "\(price.text("priceListCode"))/\(price.text("assetType"))/\(price.text("assetNo"))/\(unit(of: price))"
    }

    /// Whether the record was made to be deleted.
    func isDoomed(_ record: SourceValue, _ entity: String) -> Bool {
        switch entity {
        case "items": record.text("number").hasPrefix("DOOMED-")
        case "item-units": record.text("itemNo").hasPrefix("DOOMED-")
        case "price-list-lines": record.text("assetNo").hasPrefix("DOOMED-")
        default: false
        }
    }

    /// Whether nothing refers to the record, and no other claims its place.
    func isFree(_ record: SourceValue, _ entity: String) -> Bool {
        switch entity {
        case "price-list-lines": pricesByClaim[claim(record)] == 1
        case "item-units": !units.contains("\(record.text("itemNo"))/\(record.text("code"))")
        default: false
        }
    }
}
