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
    case resolve(navigation: String, entitySet: String, conditions: [Condition])

    /// A condition of a reference that the target resolves.
    public struct Condition: Sendable, Hashable {
        /// The column.
        public var column: String
        /// Its value; a GUID as text.
        public var value: String
        /// The value is the boolean true, not a text.
        public var isTrue: Bool

        /// A column that equals a text.
        public init(_ column: String, equals value: String) {
            self.column = column
            self.value = value
            isTrue = false
        }

        /// A column that is true.
        public init(isTrue column: String) {
            self.column = column
            value = "true"
            isTrue = true
        }
    }

    /// Whether this is what both sides agreed on for a column.
    public func isAgreed(_ base: AgreedValues, column: String) -> Bool {
        column.withBytes { column in
            switch self {
            case .null: base.has(column, nil)
            case .text(let text), .reference(_, _, let text): text.withBytes { base.has(column, $0) }
            case .number(let number): number.normalized.withBytes { base.has(column, $0) }
            case .bool(let flag): (flag ? "true" : "false").withBytes { base.has(column, $0) }
            case .resolve(_, let entitySet, let conditions):
                base.value(of: column) { $0.map { ColumnValue.isText($0, entitySet, conditions) } ?? false }
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
        case .resolve(_, let entitySet, let conditions):
            ColumnValue.text(entitySet, conditions)
        }
    }

    /// Whether the bytes are what is looked for, as a query.
    private static func isText(
        _ bytes: UnsafeRawBufferPointer,
        _ entitySet: String,
        _ conditions: [Condition]
    ) -> Bool {
        var offset = 0
        func take(_ text: String) -> Bool {
            text.withBytes { text in
                guard text.count <= bytes.count - offset,
                    text.hasSameBytes(as: .init(rebasing: bytes[offset..<(offset + text.count)]))
                else { return false }
                offset += text.count
                return true
            }
        }
        guard take(entitySet) else { return false }
        for (index, condition) in conditions.enumerated() {
            guard take(index == 0 ? "?" : "&"), take(condition.column), take("="), take(condition.value) else {
                return false
            }
        }
        return offset == bytes.count
    }

    /// What is looked for, as a query: `transactioncurrencies?isocurrencycode=GBP`.
    private static func text(_ entitySet: String, _ conditions: [Condition]) -> String {
        var text = entitySet
        for (index, condition) in conditions.enumerated() {
            text += index == 0 ? "?" : "&"
            text += condition.column
            text += "="
            text += condition.value
        }
        return text
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
