// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension DataverseSimulator {
    /// Checks that a row may go to a state from the one it has.
    func checkTransition(of schema: TableSchema, _ row: SimulatedRow, to state: Int, status: Int) throws(Refused) {
        let now = row["statecode"].flatMap { Int($0) } ?? 0
        switch schema.entitySet {
        case "products": try checkProduct(from: now, to: state)
        case "invoices": try checkInvoice(from: now, to: state)
        case "transactioncurrencies":
            guard row.id != baseCurrencyID || state == 0 else {
                throw Refused(400, "0x80048cf4", "the base currency cannot be deactivated")
            }
        default: break
        }
    }

    private func checkProduct(from now: Int, to state: Int) throws(Refused) {
        switch (now, state) {
        case (2, 0), (0, 1), (0, 3), (3, 0), (1, 0): return
        case (0, 0): throw Refused(400, "0x8004f982", "the product is active already")
        case (1, 1): throw Refused(400, "0x8004f981", "the product is retired already")
        case (2, 2): throw Refused(400, "0x8004f980", "the product is a draft already")
        case (2, 1): throw Refused(400, "0x8004f978", "a draft product cannot be retired")
        case (0, 2): throw Refused(400, "0x8004f912", "an active product cannot become a draft")
        case (1, 2): throw Refused(400, "0x8004f979", "a retired product cannot become a draft")
        default: throw Refused(400, "0x8004f913", "the product cannot be revised")
        }
    }

    private func checkInvoice(from now: Int, to state: Int) throws(Refused) {
        switch (now, state) {
        case (_, 0): return
        case (0, 2), (0, 3), (2, 3): return
        case (2, 2): throw Refused(400, "0x8004022e", "a paid invoice is read-only")
        case (_, 2): throw Refused(400, "0x80100000", "only an active invoice can be paid")
        default: throw Refused(400, "0x80100001", "only an active or paid invoice can be canceled")
        }
    }

    /// Whether rows that would stay keep a row from being deleted.
    public func isReferenced(_ entitySet: String, _ id: String) -> Bool {
        guard let row = row(entitySet, id), let schema = TableSchema.sales[entitySet] else { return false }
        do {
            _ = try consequences(ofDeleting: row, of: schema)
            return false
        } catch {
            return error.awaited != nil
        }
    }

    /// What a delete does to the rows that refer to the deleted one; refused where rows that stay need it.
    func consequences(ofDeleting row: SimulatedRow, of schema: TableSchema) throws(Refused) -> Cascade {
        if schema.entitySet == "uoms", row["isschedulebaseuom"] == "true" {
            throw Refused(400, "0x80043b03", "the base unit cannot be deleted")
        }
        var cascade = Cascade()
        for (entitySet, other) in TableSchema.sales.sorted(by: { $0.key < $1.key }) {
            for navigation in other.navigations.values where navigation.entitySet == schema.entitySet {
                for id in ids(entitySet, navigation.column, row.id).sorted() where id != row.id {
                    let isParental = Cascade.parental.contains("\(entitySet).\(navigation.column)")
                    let isBase = entitySet == "uoms" && self.row(entitySet, id)?["isschedulebaseuom"] == "true"
                    if Cascade.links.contains("\(entitySet).\(navigation.column)") {
                        cascade.unlinked.append((entitySet, id, navigation.column))
                    } else if isParental || isBase {
                        cascade.deleted.append((entitySet, id))
                    } else {
                        throw Refused(
                            405,
                            "0x80040227",
                            "the \(schema.table) is in use by a \(other.table)",
                            awaited: RowName(entitySet, id)
                        )
                    }
                }
            }
        }
        return cascade
    }
}

/// What becomes of rows that refer to a deleted one; the others keep it from being deleted.
struct Cascade {
    var deleted: [(entitySet: String, id: String)] = []
    var unlinked: [(entitySet: String, id: String, column: String)] = []

    /// They are deleted along.
    static let parental: Set<String> = [
        "invoicedetails.invoiceid", "productpricelevels.pricelevelid", "productpricelevels.productid",
    ]
    /// They lose the reference.
    static let links: Set<String> = ["accounts.primarycontactid", "products.pricelevelid"]
}
