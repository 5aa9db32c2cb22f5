// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A table: its columns, states and what refers to what.
struct TableSchema: Sendable {
    /// Entity set name: `products`.
    let entitySet: String
    /// Logical name, as error messages say it: `product`.
    let table: String
    /// Primary key column.
    let primaryKey: String
    /// The status codes of each state code.
    let states: [Int: Set<Int>]
    /// State and status of a new row.
    let initialState: (state: Int, status: Int)
    /// The columns by name.
    let columns: [String: ColumnSchema]
    /// The lookup columns by navigation property, with the entity set that it leads to.
    let navigations: [String: (column: String, entitySet: String)]
    /// Columns that a new row has without being told.
    let defaults: [String: String]

    init(
        _ entitySet: String,
        table: String,
        primaryKey: String? = nil,
        states: [Int: Set<Int>] = [0: [1], 1: [2]],
        initialState: (state: Int, status: Int) = (0, 1),
        defaults: [String: String] = [:],
        columns: [ColumnSchema]
    ) {
        self.entitySet = entitySet
        self.table = table
        self.primaryKey = primaryKey ?? "\(table)id"
        self.states = states
        self.initialState = initialState
        self.defaults = defaults
        self.columns = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        var navigations: [String: (column: String, entitySet: String)] = [:]
        for column in columns {
            guard case .lookup(let targets) = column.kind else { continue }
            for (navigation, entitySet) in targets { navigations[navigation] = (column.name, entitySet) }
        }
        self.navigations = navigations
    }
}
