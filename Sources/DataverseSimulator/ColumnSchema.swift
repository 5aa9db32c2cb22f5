// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A column of a table, and when its value may be written.
struct ColumnSchema: Sendable {
    /// The type of a column's values.
    enum Kind: Sendable, Hashable {
        /// Text of at most so many UTF-16 code units.
        case text(Int)
        /// A decimal between the negative and the positive bound.
        case decimal(bound: DecimalText)
        /// A whole number.
        case integer
        /// A member of an option set.
        case option
        /// True or false.
        case boolean
        /// A date without time.
        case date
        /// A reference to a row, by navigation property the entity set.
        case lookup([String: String])
    }

    /// When a value has to be there.
    enum Requirement: Sendable, Hashable {
        case none
        /// On create.
        case onCreate
        /// On create, and never cleared.
        case always
    }

    /// Largest amount of money that Dataverse keeps.
    static let largestMoney = DecimalText(922_337_203_685_477)

    let name: String
    let kind: Kind
    var requirement = Requirement.none
    var isSettableOnCreate = true
    var isSettableOnUpdate = true

    static func text(_ name: String, _ length: Int) -> ColumnSchema { ColumnSchema(name: name, kind: .text(length)) }
    static func money(_ name: String) -> ColumnSchema {
        ColumnSchema(name: name, kind: .decimal(bound: largestMoney))
    }
    static func decimal(_ name: String, bound: Int64 = 100_000_000_000) -> ColumnSchema {
        ColumnSchema(name: name, kind: .decimal(bound: DecimalText(bound)))
    }
    static func integer(_ name: String) -> ColumnSchema { ColumnSchema(name: name, kind: .integer) }
    static func option(_ name: String) -> ColumnSchema { ColumnSchema(name: name, kind: .option) }
    static func boolean(_ name: String) -> ColumnSchema { ColumnSchema(name: name, kind: .boolean) }
    static func date(_ name: String) -> ColumnSchema { ColumnSchema(name: name, kind: .date) }
    static func lookup(_ name: String, _ entitySet: String) -> ColumnSchema {
        ColumnSchema(name: name, kind: .lookup([name: entitySet]))
    }
    static func lookup(_ name: String, by navigations: [String: String]) -> ColumnSchema {
        ColumnSchema(name: name, kind: .lookup(navigations))
    }

    /// Must have a value on create.
    var needed: ColumnSchema { with { $0.requirement = .onCreate } }
    /// Must always have a value.
    var required: ColumnSchema { with { $0.requirement = .always } }
    /// Refused on update.
    var insertOnly: ColumnSchema { with { $0.isSettableOnUpdate = false } }
    /// Refused on create.
    var modifyOnly: ColumnSchema { with { $0.isSettableOnCreate = false } }
    /// Set by Dataverse alone.
    var readOnly: ColumnSchema { insertOnly.modifyOnly }

    private func with(_ change: (inout ColumnSchema) -> Void) -> ColumnSchema {
        var copy = self
        change(&copy)
        return copy
    }
}
