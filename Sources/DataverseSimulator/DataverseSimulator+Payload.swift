// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension DataverseSimulator {
    /// The payload as columns with canonical values; nil clears one.
    ///
    /// `isCreate` says which columns may be set; it is nil for a create that found its row.
    func columns(of change: ReceivedChange, _ schema: TableSchema, isCreate: Bool?) throws(Refused) -> [String: String?]
    {
        var values: [String: String?] = [:]
        for (name, value) in change.body {
            let (column, text) = try column(name, value, schema)
            guard values[column] == nil else { throw undeclared(column, schema) }
            try checkSettable(column, schema, isCreate: isCreate)
            values.updateValue(text, forKey: column)
        }
        for reference in change.resolve {
            guard let navigation = schema.navigations[reference.navigation],
                navigation.entitySet == reference.entitySet,
                values[navigation.column] == nil
            else { throw undeclared(reference.navigation, schema) }
            try checkSettable(navigation.column, schema, isCreate: isCreate)
            let found = rows(where: reference.conditions, in: reference.entitySet)
            guard found.count == 1, let row = found.first else {
                throw Refused(
                    404,
                    "0x80040217",
                    "\(reference.navigation): \(found.count) rows of \(reference.entitySet) meet the conditions",
                    class: .dependency,
                    awaited: found.isEmpty ? RowName(reference.entitySet, nil) : nil
                )
            }
            values[navigation.column] = row.id
        }
        return values
    }

    private func column(
        _ name: String,
        _ value: ReceivedChange.Value,
        _ schema: TableSchema
    ) throws(Refused) -> (String, String?) {
        let suffix = "@odata.bind"
        if name.hasSuffix(suffix) || schema.navigations[name] != nil {
            let navigation = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
            guard let target = schema.navigations[navigation] else { throw undeclared(navigation, schema) }
            if value == .null { return (target.column, nil) }
            guard name.hasSuffix(suffix), case .bind(let entitySet, let id) = value, entitySet == target.entitySet
            else {
                throw undeclared(name, schema)
            }
            guard row(entitySet, id) != nil else {
                let table = TableSchema.sales[entitySet]?.table ?? entitySet
                throw Refused(
                    404,
                    "0x80040217",
                    "\(table) With Id = \(id) Does Not Exist",
                    class: .dependency,
                    awaited: RowName(entitySet, id)
                )
            }
            return (target.column, id)
        }
        if name == "statecode" || name == "statuscode" {
            guard schema.entitySet == "products", case .number = value else {
                throw notValid(name, schema, "create or update")
            }
            return (name, value.canonical)
        }
        guard let column = schema.columns[name] else { throw undeclared(name, schema) }
        if value == .null { return (name, nil) }
        try check(value, column, schema)
        return (name, value.canonical)
    }

    private func check(_ value: ReceivedChange.Value, _ column: ColumnSchema, _ schema: TableSchema) throws(Refused) {
        switch (column.kind, value) {
        case (.text(let limit), .text(let text)):
            guard text.utf16.count > limit else { return }
            let reason = "exceeded the maximum allowed length of '\(limit)'"
            let message = "The length of the '\(column.name)' attribute of the '\(schema.table)' entity \(reason)."
            throw Refused(400, "0x80044331", message)
        case (.decimal(let bound), .number(let number)):
            guard number > bound || -number > bound else { return }
            throw Refused(400, "0x80044330", "\(schema.table).\(column.name) is out of range")
        case (.integer, .number(let number)), (.option, .number(let number)):
            guard Int32(number.normalized) == nil else { return }
            throw Refused(400, "0x8004432f", "\(schema.table).\(column.name) is out of range")
        case (.boolean, .bool): return
        case (.date, .text(let text)):
            guard text.utf8.count == 10, Timestamp.microseconds("\(text)T00:00:00Z") != nil else {
                throw undeclared(column.name, schema)
            }
        default: throw undeclared(column.name, schema)
        }
    }

    private func checkSettable(_ name: String, _ schema: TableSchema, isCreate: Bool?) throws(Refused) {
        guard let isCreate else { return }
        if name == "statecode" || name == "statuscode" {
            guard isCreate else { throw notValid(name, schema, "update together with other columns") }
            return
        }
        guard let column = schema.columns[name] else { return }
        if isCreate, !column.isSettableOnCreate { throw notValid(name, schema, "create") }
        if !isCreate, !column.isSettableOnUpdate { throw notValid(name, schema, "update") }
    }

    private func undeclared(_ name: String, _ schema: TableSchema) -> Refused {
        Refused(
            400,
            "0x80048d19",
            "Error identified in Payload: '\(name)' of \(schema.table) is undeclared, given twice or of another type"
        )
    }

    private func notValid(_ name: String, _ schema: TableSchema, _ what: String) -> Refused {
        Refused(400, "0x80040203", "\(schema.table).\(name) is not valid for \(what)")
    }

    /// The rows where all conditions hold; lookups are named `_column_value`.
    func rows(where conditions: [(column: String, value: ReceivedChange.Value)], in entitySet: String) -> [SimulatedRow]
    {
        let wanted = conditions.map { (column: plain($0.column), value: $0.value.canonical) }
        let table = tables[entitySet] ?? [:]
        var candidates = Array(table.values)
        if let first = wanted.first(where: { isIndexed($0.column, of: entitySet) && $0.value != nil }),
            let value = first.value
        {
            candidates = ids(entitySet, first.column, value).compactMap { table[$0] }
        }
        return candidates.filter { row in wanted.allSatisfy { row.columns[$0.column] == $0.value } }
    }

    private func plain(_ column: String) -> String {
        guard column.hasPrefix("_"), column.hasSuffix("_value") else { return column }
        return String(column.dropFirst().dropLast(6))
    }
}
