// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One field mapping: where a Dataverse column's value comes from.
public struct FieldMapping: Sendable, Hashable {
    /// The type of the value.
    public enum ValueType: String, Sendable, Hashable {
        /// Text; empty is null on the other side.
        case text
        /// A decimal of any precision, passed as its digits (I8).
        case decimal
        /// A whole number.
        case integer
        /// True or false.
        case boolean
        /// A date without time, never moved by a time zone (I8); `0001-01-01` is null.
        case date
        /// A member of an option set, by `options`.
        case option
        /// A reference to another record, by `lookup`.
        case lookup
        /// The kind of an owner or customer, chosen by the navigation property and so never sent itself.
        case entityName = "entity-name"
        /// The owner of a record.
        case owner
    }

    /// When Dataverse lets the column be written.
    public enum Access: String, Sendable, Hashable {
        /// On insert and on update.
        case readWrite = "read-write"
        /// On insert only.
        case insertOnly = "insert-only"
        /// On update only: sent in an update that follows the create.
        case modifyOnly = "modify-only"
        /// Never; the mapping only says where the value would come from.
        case readOnly = "read-only"
    }

    /// What to do with a text longer than `maximumLength`.
    public enum TooLong: String, Sendable, Hashable {
        /// The record fails (permanent), naming field, limit and length.
        case fail
        /// The text is cut (UOM-03, UOM-04 say so).
        case cut
    }

    /// A change of the value on its way.
    public enum Transformation: String, Sendable, Hashable {
        /// A negative number becomes 0 (PRD-06, PRD-10).
        case zeroIfNegative = "zero-if-negative"
    }

    /// The property of the Business Central record; nil for constants and values by rule.
    public var property: String?
    /// The name of the field in Business Central: `Unit Price`.
    public var field: String?
    /// The Dataverse column's logical name: `price`; empty where only Business Central has the field.
    public var column: String
    /// The value's type.
    public var type: ValueType
    /// Which way it goes.
    public var direction: Direction
    /// When the column may be written.
    public var access: Access
    /// Under which setting the field is mapped; nil: always.
    public var condition: TableMapping.Condition?
    /// A value that is always written; text as in JSON (`1`, `true`, `systemuser`).
    public var constant: String?
    /// Longest text that the column takes, in UTF-16 code units as Dataverse counts; nil: no limit.
    public var maximumLength: Int?
    /// What to do with a longer text.
    public var tooLong: TooLong
    /// A change of the value on its way.
    public var transformation: Transformation?
    /// Option members of Business Central (unescaped) and their Dataverse values.
    public var options: [String: Int]
    /// The reference, for `lookup`.
    public var lookup: Lookup?
    /// Dataverse sets the value on create by itself, so it counts as agreed and is not sent after a create.
    public var isImpliedOnCreate: Bool
    /// A changed value is an error instead of an update (PRC-13).
    public var changeIsError: Bool
    /// The value is made by an entity rule; the mapping documents it.
    public var isByRule: Bool
    /// It goes beyond the field mappings that Business Central lists itself; loads and works like any other.
    public var isDerived: Bool

    /// Makes a field mapping from its parts.
    public init(
        property: String? = nil,
        field: String? = nil,
        column: String,
        type: ValueType = .text,
        direction: Direction = .toDataverse,
        access: Access = .readWrite,
        condition: TableMapping.Condition? = nil,
        constant: String? = nil,
        maximumLength: Int? = nil,
        tooLong: TooLong = .fail,
        transformation: Transformation? = nil,
        options: [String: Int] = [:],
        lookup: Lookup? = nil,
        isImpliedOnCreate: Bool = false,
        changeIsError: Bool = false,
        isByRule: Bool = false,
        isDerived: Bool = false
    ) {
        self.property = property
        self.field = field
        self.column = column
        self.type = type
        self.direction = direction
        self.access = access
        self.condition = condition
        self.constant = constant
        self.maximumLength = maximumLength
        self.tooLong = tooLong
        self.transformation = transformation
        self.options = options
        self.lookup = lookup
        self.isImpliedOnCreate = isImpliedOnCreate
        self.changeIsError = changeIsError
        self.isByRule = isByRule
        self.isDerived = isDerived
    }
}

extension FieldMapping {
    /// How a field refers to another record.
    public struct Lookup: Sendable, Hashable {
        /// The mappings that may hold the referenced record; more than one only where a property tells which.
        public var mappings: [String]
        /// The properties whose values, joined by `/`, are the referenced record's natural key.
        public var key: [String]
        /// The navigation property that binds it: `defaultuomid`, `customerid_account`.
        public var navigation: String
        /// The change goes out without it when it does not exist yet, and an update follows.
        public var isDeferrable: Bool
        /// A blank key, or the local currency's code, means the local currency (GEN-05).
        public var blankIsLocalCurrency: Bool
        /// A blank key fails the record (UGM-17).
        public var isRequired: Bool
        /// The key holds the referenced record's id instead of its natural key.
        public var byID: Bool
        /// The property with the record's id, which counts for more than its natural key where an event tells both.
        public var idProperty: String?
        /// The properties that make the referenced record's owner key, by which it is found first; empty: none.
        public var ownerKey: [String]

        /// Makes a lookup from its parts.
        public init(
            mappings: [String],
            key: [String],
            navigation: String,
            isDeferrable: Bool = false,
            blankIsLocalCurrency: Bool = false,
            isRequired: Bool = false,
            byID: Bool = false,
            idProperty: String? = nil,
            ownerKey: [String] = []
        ) {
            self.mappings = mappings
            self.key = key
            self.navigation = navigation
            self.isDeferrable = isDeferrable
            self.blankIsLocalCurrency = blankIsLocalCurrency
            self.isRequired = isRequired
            self.byID = byID
            self.idProperty = idProperty
            self.ownerKey = ownerKey
        }
    }
}
