// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension DataverseSimulator {
    /// Checks what the tables' own logic asks for, and completes what it sets by itself.
    ///
    /// `row` is the row before the change, nil where it is made; `values` are what the change writes.
    func checkRules(of schema: TableSchema, row: SimulatedRow?, _ values: inout [String: String?]) throws(Refused) {
        let after = merged(row, values)
        switch schema.entitySet {
        case "transactioncurrencies": try checkCurrency(row, values, after)
        case "uoms": try checkUnit(row, values, after)
        case "products": try checkProduct(row, values, after)
        case "productpricelevels": try checkPrice(row, &values, after)
        case "invoices": try checkOpen(row)
        case "invoicedetails": try checkInvoiceLine(row, values, after)
        default: break
        }
    }

    private func merged(_ row: SimulatedRow?, _ values: [String: String?]) -> [String: String] {
        var columns = row?.columns ?? [:]
        for (name, value) in values { columns[name] = value }
        return columns
    }

    private func checkCurrency(_ row: SimulatedRow?, _ values: [String: String?], _ after: [String: String])
        throws(Refused)
    {
        if let code = values["isocurrencycode"] ?? nil, code != row?["isocurrencycode"],
            !ids("transactioncurrencies", "isocurrencycode", code).isEmpty
        {
            throw Refused(400, "0x80048cf3", "a currency with this ISO code exists")
        }
        guard let rate = after["exchangerate"].flatMap({ DecimalText($0) }), rate > DecimalText(0) else {
            throw Refused(400, "0x80040203", "the exchange rate must be greater than 0")
        }
        if row?.id == baseCurrencyID, let new = values["exchangerate"], new != "1" {
            throw Refused(400, "0x80048cf5", "the base currency's exchange rate cannot change")
        }
    }

    private func checkUnit(_ row: SimulatedRow?, _ values: [String: String?], _ after: [String: String]) throws(Refused)
    {
        if row?["isschedulebaseuom"] == "true" {
            if values["quantity"] != nil { throw Refused(400, "0x80043b18", "the base unit's quantity cannot change") }
            if values["baseuom"] != nil { throw Refused(400, "0x80043b17", "the base unit has no base unit") }
        }
        if let base = values["baseuom"] ?? nil, self.row("uoms", base)?["uomscheduleid"] != after["uomscheduleid"] {
            throw Refused(400, "0x80043b0b", "the base unit belongs to another group")
        }
        if base(of: after["baseuom"], reaches: row?.id) { throw Refused(400, "0x80043b1a", "the units form a loop") }
    }

    private func base(of unit: String?, reaches id: String?) -> Bool {
        guard let id else { return false }
        var next = unit
        for _ in 0..<100 {
            guard let unit = next else { return false }
            if unit == id { return true }
            next = row("uoms", unit)?["baseuom"]
        }
        return true
    }

    private func checkProduct(_ row: SimulatedRow?, _ values: [String: String?], _ after: [String: String])
        throws(Refused)
    {
        if let number = values["productnumber"] ?? nil, number != row?["productnumber"] {
            let holders = ids("products", "productnumber", number)
            guard holders.isEmpty else { throw Refused(400, "0x80043b06", "the product number is in use") }
        }
        guard values["defaultuomid"] != nil || values["defaultuomscheduleid"] != nil else { return }
        try check(unit: after["defaultuomid"], inGroup: after["defaultuomscheduleid"], code: "0x80043b16")
    }

    private func check(unit: String?, inGroup group: String?, code: String) throws(Refused) {
        guard let unit, let group else { return }
        guard row("uoms", unit)?["uomscheduleid"] == group else {
            throw Refused(400, code, "the unit does not belong to the product's unit group")
        }
    }

    private func checkPrice(_ row: SimulatedRow?, _ values: inout [String: String?], _ after: [String: String])
        throws(Refused)
    {
        guard let list = after["pricelevelid"], let product = after["productid"], let unit = after["uomid"] else {
            return
        }
        if values["productid"] != nil { try checkActive(product, code: "0x80061009") }
        if values["productid"] != nil || values["uomid"] != nil {
            let group = self.row("products", product)?["defaultuomscheduleid"]
            try check(unit: unit, inGroup: group, code: "0x80043b14")
        }
        let rivals = ids("productpricelevels", "productid", product).filter { id in
            guard id != row?.id, let other = self.row("productpricelevels", id) else { return false }
            return other["pricelevelid"] == list && other["uomid"] == unit
        }
        guard rivals.isEmpty else {
            throw Refused(400, "0x80043b08", "the price list has a price of this product and unit")
        }
        if row == nil { values["transactioncurrencyid"] = self.row("pricelevels", list)?["transactioncurrencyid"] }
    }

    private func checkActive(_ product: String, code: String) throws(Refused) {
        guard let row = row("products", product), row["statecode"] != "0" else { return }
        throw Refused(400, code, "the product is not active", class: .dependency, awaited: RowName("products", product))
    }

    private func checkOpen(_ row: SimulatedRow?) throws(Refused) {
        guard let row, row["statecode"] != "0" else { return }
        throw Refused(400, "0x8004022e", "a closed invoice is read-only", awaited: RowName("invoices", row.id))
    }

    private func checkInvoiceLine(
        _ row: SimulatedRow?,
        _ values: [String: String?],
        _ after: [String: String]
    ) throws(Refused) {
        if let invoice = after["invoiceid"], let header = self.row("invoices", invoice), header["statecode"] != "0" {
            throw Refused(400, "0x80043b09", "the parent is read-only", awaited: RowName("invoices", invoice))
        }
        if let product = after["productid"] {
            if after["productdescription"] != nil {
                throw Refused(400, "0x80043afb", "a product and a write-in product")
            }
            guard let unit = after["uomid"] else { throw Refused(400, "0x80043b0d", "a product needs a unit") }
            guard values["productid"] != nil || values["uomid"] != nil else { return }
            try checkActive(product, code: "0x8004f908")
            try check(unit: unit, inGroup: self.row("products", product)?["defaultuomscheduleid"], code: "0x80043b14")
        } else {
            guard after["productdescription"] != nil else {
                throw Refused(400, "0x80040200", "invoicedetail: productid or productdescription is missing")
            }
            if after["uomid"] != nil { throw Refused(400, "0x80043afa", "a write-in product has no unit") }
        }
    }
}
