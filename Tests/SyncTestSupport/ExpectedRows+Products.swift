// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension ExpectedRows {
    mutating func addCurrencies() {
        for record in records("currencies") {
            let code = record.text("code")
            // The newest rate; all of the demo data are older than the history.
            let rate = record.elements("exchangeRates").max { $0.text("startingDate") < $1.text("startingDate") }
            guard let rate, !Canonical.isZero(rate.text("exchangeRateAmount")),
                let value = Canonical.quotient(
                    rate.text("exchangeRateAmount"),
                    rate.text("relationalExchangeRateAmount")
                )
            else { continue }
            let symbol = record.text("symbol")
            add(
                "transactioncurrencies",
                "CURRENCY",
                record,
                key: code,
                [
                    "isocurrencycode": code, "currencyname": Canonical.text(record.text("displayName")),
                    "currencysymbol": symbol.isEmpty ? code : symbol, "exchangerate": value,
                ]
            )
        }
    }

    mutating func addGroupsAndUnits() {
        for (entity, kind) in [("items", "ITEM"), ("resources", "RESOURCE")] {
            for record in records(entity) {
                let name = "\(kind) \(record.text("number")) UOM GR"
                add(
                    "uomschedules",
                    "UNIT GROUP",
                    record,
                    key: record.text("systemId"),
                    ["name": name, "baseuomname": name]
                )
                addRow(
                    "uoms",
                    id: ExpectedRows.baseUnit(of: ExpectedRows.id("UNIT GROUP", record.text("systemId"))),
                    ["name": name, "quantity": "1", "isschedulebaseuom": "true"]
                )
            }
        }
        for (entity, mapping, owner, number) in [
            ("item-units", "ITEM UOM", "itemId", "itemNo"),
            ("resource-units", "RESOURCE UOM", "resourceId", "resourceNo"),
        ] {
            for record in records(entity) {
                guard let group = found["UNIT GROUP/\(record.text(owner))"] else { continue }
                add(
                    "uoms",
                    mapping,
                    record,
                    key: "\(record.text(number))/\(record.text("code"))",
                    [
                        "name": record.text("code"),
                        "quantity": Canonical.number(record.text("qtyPerUnitOfMeasure")),
                        "uomscheduleid": group, "baseuom": ExpectedRows.baseUnit(of: group),
                    ]
                )
            }
        }
    }

    mutating func addProducts() {
        for (entity, mapping, units, base, name, stock, type) in [
            ("items", "ITEM-PRODUCT", "ITEM UOM", "baseUnitOfMeasureCode", "displayName", "inventory", "1"),
            ("resources", "RESOURCE-PRODUCT", "RESOURCE UOM", "baseUnitOfMeasure", "name", "capacity", "3"),
        ] {
            for record in records(entity) where !record.isTrue("blocked") {
                let number = record.text("number")
                guard let unit = found["\(units)/\(number)/\(record.text(base))"],
                    let group = found["UNIT GROUP/\(record.text("systemId"))"]
                else { continue }
                var row: Row = [
                    "productnumber": number, "name": Canonical.text(record.text(name)),
                    "price": Canonical.notNegative(record.text("unitPrice")),
                    "standardcost": Canonical.number(record.text("unitCost")),
                    "currentcost": Canonical.number(record.text("unitCost")),
                    "vendorid": Canonical.text(record.text("vendorNo")), "vendorname": nil,
                    "quantityonhand": Canonical.notNegative(record.text(stock)),
                    "defaultuomid": unit, "defaultuomscheduleid": group, "producttypecode": type,
                    "productstructure": "1", "quantitydecimal": "2", "transactioncurrencyid": baseCurrency,
                    "statecode": "0", "statuscode": "1",
                ]
                if entity == "items" {
                    row["stockvolume"] = Canonical.number(record.text("unitVolume"))
                    row["stockweight"] = Canonical.number(record.text("grossWeight"))
                    row["vendorpartnumber"] = Canonical.text(record.text("vendorItemNo"))
                }
                add("products", mapping, record, key: number, row)
                products[number] = record
            }
        }
    }

    mutating func addAccounts() {
        for record in records("customers") where record.text("blocked").allSatisfy({ $0 == " " }) {
            guard let currency = currency(record.text("currencyCode")) else { continue }
            var row: Row = [
                "creditlimit": Canonical.number(record.text("creditLimit")), "customertypecode": "3",
                "transactioncurrencyid": currency, "primarycontactid": nil,
            ]
            for (property, column) in [
                ("displayName", "name"), ("contact", "address1_primarycontactname"),
                ("addressLine1", "address1_line1"), ("addressLine2", "address1_line2"),
                ("postalCode", "address1_postalcode"), ("city", "address1_city"), ("country", "address1_country"),
                ("state", "address1_stateorprovince"), ("email", "emailaddress1"), ("faxNo", "fax"),
                ("website", "websiteurl"), ("phoneNumber", "telephone1"),
            ] as [(String, String)] {
                row[column] = .some(Canonical.text(record.text(property)))
            }
            add("accounts", "CUSTOMER", record, key: record.text("number"), row)
        }
    }
}
