// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension DataverseSimulator {
    /// What a change has led to.
    struct Effect {
        var id: String
        var related: [String: Coupling.Related] = [:]
        /// Rows that were deleted or changed along with it.
        var touched: [RowName] = []
    }

    /// Performs a change as the Web API's transaction would: wholly or not at all.
    func perform(_ change: ReceivedChange) throws(Refused) -> Effect {
        guard let schema = TableSchema.sales[change.entitySet] else {
            throw Refused(404, "0x8006088a", "Resource not found for the segment '\(change.entitySet)'")
        }
        switch change.operation {
        case .create: return try create(change, schema)
        case .update: return try update(change, schema)
        case .setState: return try setState(change, schema)
        case .delete: return try delete(change, schema)
        }
    }

    private func create(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> Effect {
        if let found = try match(change, schema) { return try adopt(found, change, schema) }
        guard row(change.entitySet, change.recordID) == nil else {
            throw Refused(412, "0x80040237", "A record with matching key values already exists.")
        }
        var values = try columns(of: change, schema, isCreate: true)
        for column in schema.columns.values.sorted(by: { $0.name < $1.name })
        where column.requirement != .none && (values[column.name] ?? nil) == nil {
            throw Refused(
                400,
                RequiredColumns.code(schema.table, column.name),
                "\(schema.table): \(column.name) is missing"
            )
        }
        for (column, value) in schema.defaults where values[column] == nil { values[column] = value }
        if !schema.states.isEmpty {
            if values["statecode"] == nil {
                values["statecode"] = String(schema.initialState.state)
                values["statuscode"] = String(schema.initialState.status)
            }
        }
        try checkRules(of: schema, row: nil, &values)
        write(change.entitySet, change.recordID, values, owner: change.pairKey)
        var effect = Effect(id: change.recordID)
        if change.entitySet == "uomschedules" { effect.related["baseuom"] = makeBaseUnit(of: change.recordID, values) }
        return effect
    }

    /// The row that the change means by its match columns; one that another pair owns is no match.
    private func match(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> SimulatedRow? {
        guard !change.match.isEmpty else { return nil }
        return rows(where: change.match, in: change.entitySet)
            .filter { $0.owner == nil || $0.owner == change.pairKey }
            .min { $0.id < $1.id }
    }

    /// Couples an existing row: what can be written is, and the row's id is reported.
    private func adopt(_ found: SimulatedRow, _ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> Effect
    {
        let names = change.match.map(\.column)
        var values = try columns(of: change, schema, isCreate: nil).filter { name, _ in
            !names.contains(name) && schema.columns[name]?.isSettableOnUpdate == true
        }
        try checkRules(of: schema, row: found, &values)
        write(change.entitySet, found.id, values, owner: change.pairKey)
        return Effect(id: found.id)
    }

    /// The unit that Dataverse makes along with a unit group, with an id of its own choice.
    private func makeBaseUnit(of group: String, _ values: [String: String?]) -> Coupling.Related {
        let id = NamedUUID.make("base unit of \(group)")
        write(
            "uoms",
            id,
            [
                "name": values["baseuomname"] ?? nil, "quantity": "1", "isschedulebaseuom": "true",
                "uomscheduleid": group,
                "statecode": "0", "statuscode": "1",
            ],
            owner: nil
        )
        return Coupling.Related(entity: "uoms", id: id)
    }

    private func update(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> Effect {
        let row = try existing(change, schema)
        var values = try columns(of: change, schema, isCreate: false)
        guard !values.isEmpty else { throw Refused(400, "0x80040203", "an update without columns") }
        for (name, value) in values where value == nil && schema.columns[name]?.requirement == .always {
            throw Refused(400, "0x80040200", "\(schema.table): \(name) cannot be empty")
        }
        try checkRules(of: schema, row: row, &values)
        write(change.entitySet, row.id, values, owner: change.pairKey)
        return Effect(id: row.id)
    }

    private func existing(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> SimulatedRow {
        guard let row = row(change.entitySet, change.recordID) else {
            throw Refused(
                404,
                "0x80040217",
                "\(schema.table) With Id = \(change.recordID) Does Not Exist",
                awaited: change.operation == .delete ? nil : RowName(change.entitySet, change.recordID)
            )
        }
        return row
    }

    private func setState(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> Effect {
        let row = try existing(change, schema)
        guard change.body.count == 2, change.resolve.isEmpty, let state = number("statecode", change),
            let status = number("statuscode", change)
        else {
            throw Refused(400, "0x80040203", "a change of state has exactly statecode and statuscode")
        }
        guard schema.states[state]?.contains(status) == true else {
            throw Refused(
                400,
                "0x80048408",
                "\(status) is not a valid status code for state code \(state) of \(schema.table)"
            )
        }
        try checkTransition(of: schema, row, to: state, status: status)
        write(
            change.entitySet,
            row.id,
            ["statecode": String(state), "statuscode": String(status)],
            owner: change.pairKey
        )
        return Effect(id: row.id)
    }

    private func number(_ name: String, _ change: ReceivedChange) -> Int? {
        guard case .number(let number) = change.body.first(where: { $0.name == name })?.value else { return nil }
        return Int(number.normalized)
    }

    private func delete(_ change: ReceivedChange, _ schema: TableSchema) throws(Refused) -> Effect {
        let row = try existing(change, schema)
        guard change.body.isEmpty, change.resolve.isEmpty else {
            throw Refused(400, "0x80040203", "a delete has an empty body")
        }
        let cascade = try consequences(ofDeleting: row, of: schema)
        for link in cascade.unlinked { write(link.entitySet, link.id, [link.column: nil], owner: nil) }
        for row in cascade.deleted { erase(row.entitySet, row.id) }
        erase(change.entitySet, row.id)
        let touched =
            cascade.deleted.map { RowName($0.entitySet, $0.id) } + cascade.unlinked.map { RowName($0.entitySet, $0.id) }
        return Effect(id: row.id, touched: touched)
    }
}

/// The codes by which Dataverse says that a column is missing.
enum RequiredColumns {
    private static let codes = [
        "uomschedule.baseuomname": "0x80043810", "product.productnumber": "0x80043b05",
        "productpricelevel.pricelevelid": "0x80043b12", "productpricelevel.productid": "0x80043b11",
        "productpricelevel.uomid": "0x80043b0d",
    ]

    static func code(_ table: String, _ column: String) -> String { codes["\(table).\(column)"] ?? "0x80040200" }
}
