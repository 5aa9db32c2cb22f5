// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A table mapping: which table of Business Central goes with which table of Dataverse, and how.
///
/// Comes from a YAML file; `fields` hold everything that data can say, entity rules the rest.
public struct TableMapping: Sendable, Hashable {
    /// What happens to a coupled record that leaves the table filter.
    public enum LeavingFilter: String, Sendable, Hashable {
        /// The coupling stays, no more changes are sent.
        case keep
        /// The Dataverse record is retired and activated again on re-entry (PRD-16).
        case retire
    }

    /// The mapping's name, verbatim, as in pair keys: `ITEM-PRODUCT`.
    public var name: String
    /// The variant where two exclude each other (`legacy`, `bidirectional` of SALESORDER-ORDER), else nil.
    public var variant: String?
    /// The executable that owns its pairs; nil where the mapping is described but not run by any worker yet.
    public var worker: String?
    /// The setting under which it runs; nil: always.
    public var condition: Condition?
    /// Which way records go.
    public var direction: Direction
    /// The Business Central table.
    public var businessCentral: BusinessCentralTable
    /// The Dataverse table.
    public var dataverse: DataverseTable
    /// What happens to a coupled record that leaves `businessCentral.filter`.
    public var onLeavingFilter: LeavingFilter
    /// The Dataverse columns on which an existing record is looked for before one is created (CUR-02); empty: none.
    public var matchColumns: [String]
    /// Which records cannot have rows of the same key beside each other.
    public var uniqueness: Uniqueness
    /// The field mappings, in file order.
    public var fields: [FieldMapping]
    /// References that entity rules make beyond the field mappings, by mapping name (for the reference graph).
    public var ruleReferences: [String]
    /// Where it was read: file name, for messages.
    public var origin: String

    /// Makes a mapping from its parts.
    public init(
        name: String,
        variant: String? = nil,
        worker: String? = nil,
        condition: Condition? = nil,
        direction: Direction,
        businessCentral: BusinessCentralTable,
        dataverse: DataverseTable,
        onLeavingFilter: LeavingFilter = .keep,
        matchColumns: [String] = [],
        uniqueness: Uniqueness = .none,
        fields: [FieldMapping],
        ruleReferences: [String] = [],
        origin: String = "code"
    ) {
        self.name = name
        self.variant = variant
        self.worker = worker
        self.condition = condition
        self.direction = direction
        self.businessCentral = businessCentral
        self.dataverse = dataverse
        self.onLeavingFilter = onLeavingFilter
        self.matchColumns = matchColumns
        self.uniqueness = uniqueness
        self.fields = fields
        self.ruleReferences = ruleReferences
        self.origin = origin
    }
}

extension TableMapping {
    /// Two records with the same key claim the same Dataverse row: the first owns it, the other fails until it is free.
    public var keyIsUnique: Bool { uniqueness != .none }

    /// Whose claims on a key count.
    public enum Uniqueness: String, Sendable, Hashable, CaseIterable {
        /// Nobody's: records of one key are beside each other.
        case none = "false"
        /// Each record's; the row that a deleted one left is taken over by the next.
        case all = "true"
        /// Those of records that are not deleted; whether a row that a deleted one left is in the way, Dataverse tells.
        case living
    }

    /// A setting that switches a mapping or a field on.
    public enum Condition: String, Sendable, Hashable, CaseIterable {
        /// `SYNC_UNIT_GROUP_MAPPING=on`.
        case unitGroups = "unit-groups"
        /// `SYNC_UNIT_GROUP_MAPPING=off`.
        case noUnitGroups = "no-unit-groups"
        /// `SYNC_PRICING=price-lists`.
        case priceLists = "price-lists"
        /// `SYNC_PRICING=sales-prices`.
        case salesPrices = "sales-prices"
        /// `SYNC_OWNERSHIP=person`.
        case personOwnership = "person-ownership"
        /// `SYNC_SALES_ORDERS=legacy`.
        case legacyOrders = "legacy-orders"
        /// `SYNC_SALES_ORDERS=bidirectional`.
        case bidirectionalOrders = "bidirectional-orders"
        /// Never by default: an optional extra of the original set-up.
        case disabled
    }

    /// The Business Central side of a table mapping.
    public struct BusinessCentralTable: Sendable, Hashable {
        /// The table's name: `Item`.
        public var table: String
        /// The table's number: 27.
        public var number: Int
        /// The entities whose change topics feed it (`bc.changes.<entity>`), such as `items`; UNIT GROUP has two.
        public var entities: [String]
        /// Where the record's lines are found inside a document's event: `salesInvoiceLines`; nil: it is no line.
        public var embeddedIn: Embedding?
        /// The properties whose values, joined by `/`, are the natural key by which others refer to it; empty: its id.
        public var key: [String]
        /// The properties of a second natural key, which begins with the owner's id: it stays where the owner's number
        /// changes, and no other owner's record ever has it; empty: none.
        public var ownerKey: [String]
        /// The property that decides its home partition: of a line, its document's id; nil: its own id.
        public var home: String?
        /// Conditions that all must hold, else the record is filtered.
        public var filter: [FilterCondition]

        /// Makes a table description from its parts.
        public init(
            table: String,
            number: Int,
            entities: [String],
            embeddedIn: Embedding? = nil,
            key: [String] = [],
            ownerKey: [String] = [],
            home: String? = nil,
            filter: [FilterCondition] = []
        ) {
            self.table = table
            self.number = number
            self.entities = entities
            self.embeddedIn = embeddedIn
            self.key = key
            self.ownerKey = ownerKey
            self.home = home
            self.filter = filter
        }
    }

    /// Where lines lie in their document's event.
    public struct Embedding: Sendable, Hashable {
        /// The document's entity: `sales-invoices`.
        public var entity: String
        /// The array's property: `salesInvoiceLines`.
        public var property: String

        /// Makes an embedding of lines.
        public init(entity: String, property: String) {
            self.entity = entity
            self.property = property
        }
    }

    /// The Dataverse side of a table mapping.
    public struct DataverseTable: Sendable, Hashable {
        /// Logical name: `product`.
        public var table: String
        /// Entity set name, also of the outbound topic: `products`.
        public var entitySet: String
        /// Primary key column: `productid`.
        public var primaryKey: String
        /// Whether rows carry the company column `bcbi_companyid` (GEN-01, GEN-02).
        public var hasCompany: Bool
        /// Whether rows belong to the owning team or a user (ACC-14).
        public var hasOwner: Bool
        /// Conditions on the Dataverse side, for the other direction.
        public var filter: [FilterCondition]

        /// Makes a table description from its parts.
        public init(
            table: String,
            entitySet: String,
            primaryKey: String,
            hasCompany: Bool = false,
            hasOwner: Bool = false,
            filter: [FilterCondition] = []
        ) {
            self.table = table
            self.entitySet = entitySet
            self.primaryKey = primaryKey
            self.hasCompany = hasCompany
            self.hasOwner = hasOwner
            self.filter = filter
        }
    }
}
