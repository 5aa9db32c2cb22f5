// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The value of a Dataverse column, ready for a Web API payload.
public enum ColumnValue: Sendable, Hashable {
    /// No value.
    case null
    /// Text, or a date without time.
    case text(String)
    /// A number with the source's own digits.
    case number(DecimalText)
    /// True or false.
    case bool(Bool)
    /// A reference to a record: bound by navigation property.
    case reference(navigation: String, entitySet: String, id: String)
    /// A reference that only the target can find: exactly one row where all conditions hold.
    case resolve(navigation: String, TargetQuery)

    /// Whether this is what both sides agreed on for a column.
    public func isAgreed(_ base: AgreedValues, column: String) -> Bool {
        column.withBytes { column in
            switch self {
            case .null: base.has(column, nil)
            case .text(let text), .reference(_, _, let text): text.withBytes { base.has(column, $0) }
            case .resolve(_, let query): query.text.withBytes { base.has(column, $0) }
            case .number(let number): number.normalized.withBytes { base.has(column, $0) }
            case .bool(let flag): (flag ? "true" : "false").withBytes { base.has(column, $0) }
            }
        }
    }

    /// The value as the base keeps it, for comparison; nil for null.
    public var baseText: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .number(let number): number.normalized
        case .bool(let flag): flag ? "true" : "false"
        case .reference(_, _, let id): id
        case .resolve(_, let query): query.text
        }
    }
}

/// A Dataverse column with its value and when it may be written.
public struct MappedColumn: Sendable, Hashable {
    /// Logical name of the column.
    public var name: String
    /// Its value.
    public var value: ColumnValue
    /// When Dataverse lets it be written.
    public var access: FieldMapping.Access
    /// Dataverse sets the same value on create by itself.
    public var isImpliedOnCreate: Bool
    /// A changed value is an error (PRC-13).
    public var changeIsError: Bool

    /// Makes a column.
    public init(
        _ name: String,
        _ value: ColumnValue,
        access: FieldMapping.Access = .readWrite,
        isImpliedOnCreate: Bool = false,
        changeIsError: Bool = false
    ) {
        self.name = name
        self.value = value
        self.access = access
        self.isImpliedOnCreate = isImpliedOnCreate
        self.changeIsError = changeIsError
    }
}
