// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import SyncModel

/// State and status of a Dataverse row, which always change together.
public struct RecordState: Sendable, Hashable {
    /// `statecode`.
    public var state: Int
    /// `statuscode`.
    public var status: Int

    /// Makes a state.
    public init(state: Int, status: Int) {
        self.state = state
        self.status = status
    }

    /// Whether it is what was agreed.
    func isAgreed(_ base: AgreedValues) -> Bool {
        RecordState.has(base, "statecode", state) && RecordState.has(base, "statuscode", status)
    }

    private static func has(_ base: AgreedValues, _ column: String, _ value: Int) -> Bool {
        column.withBytes { column in String(value).withBytes { base.has(column, $0) } }
    }

    var columns: [MappedColumn] {
        [
            MappedColumn("statecode", .number(DecimalText(Int64(state)))),
            MappedColumn("statuscode", .number(DecimalText(Int64(status)))),
        ]
    }
}

/// One source record on its way to the other side: what its mapping makes of it.
///
/// The field mappings fill it first, then the entity rule completes it.
public struct Evaluation {
    /// The mapping with the fields that hold under the settings.
    public var mapping: TableMapping { active.mapping }
    let active: ActiveMapping
    private let context: EvaluationContext
    /// The record's image.
    public let image: JSONValue
    /// The pair as it stands.
    public let coupling: Coupling
    private let eventAt: Int64
    /// Columns that the source shows to be as agreed are left out: nothing would be done with them.
    let leavesOutAgreed: Bool
    /// The columns in the order of the field mappings; of a row that is there, those may be missing whose value is agreed.
    public var columns: [MappedColumn] = []
    /// References without which nothing can be published.
    public var missing: [Waiting.Reference] = []
    /// The document of a line, where it is closed and has to be opened for the line; one of `missing`.
    private(set) var closedDocument: Waiting.Reference?
    /// References that were made; waited for anew where the target says that one is not there.
    var used: [Waiting.Reference] = []
    /// References that a later update adds.
    public var deferred: [Waiting.Reference] = []
    /// Records of which values were made beside the record's own image.
    private(set) var followed: [Waiting.Reference] = []
    /// What the update-only columns and the state wait for.
    public var late: [Waiting.Reference] = []
    /// The state that the row shall have; nil: as Dataverse makes it.
    public var state: RecordState?
    /// The key that only one record may have: made of resolved references by a rule that says so, else the natural key
    /// of a mapping whose key is unique; nil: nothing is claimed.
    public var uniqueKey: String?

    init(
        active: ActiveMapping,
        context: EvaluationContext,
        image: JSONValue,
        coupling: Coupling,
        eventAt: Int64
    ) {
        self.active = active
        self.context = context
        self.image = image
        self.coupling = coupling
        self.eventAt = eventAt
        leavesOutAgreed = coupling.crm.isCreated && !coupling.base.isEmpty
    }

    /// The settings.
    public var settings: EngineSettings { context.settings }

    /// Whether a setting holds.
    public func isOn(_ condition: TableMapping.Condition) -> Bool { context.settings.conditions.contains(condition) }

    /// The mappings that some worker runs; nil: all.
    var activeMappings: Set<String>? { context.settings.activeMappings }

    /// The date of the event in UTC, which stands for Business Central's work date.
    public var workDate: String { Timestamp.date(milliseconds: eventAt) }

    /// The same where a value is made of another record too: the date of the later one of both events.
    public func workDate(with other: ReferencedRecord) -> String {
        Timestamp.date(milliseconds: max(eventAt, other.eventAt))
    }

    /// Sets a column, replacing what a field mapping made of it.
    public mutating func set(
        _ name: String,
        _ value: ColumnValue,
        access: FieldMapping.Access = .readWrite,
        isImpliedOnCreate: Bool = false
    ) {
        let column = MappedColumn(name, value, access: access, isImpliedOnCreate: isImpliedOnCreate)
        if let index = columns.firstIndex(where: { $0.name == name }) {
            columns[index] = column
        } else {
            columns.insert(column, at: place(for: name))
        }
    }

    /// Where a column stands that is not there: in the order of the field mappings, the rule's own behind them.
    private func place(for name: String) -> Int {
        guard leavesOutAgreed, let place = active.places[name] else { return columns.count }
        let earlier = active.fields[..<place].map(\.mapping.column)
        return (columns.lastIndex { earlier.contains($0.name) } ?? -1) + 1
    }

    /// A column's value as evaluated so far.
    public func value(of name: String) -> ColumnValue? {
        if let column = columns.first(where: { $0.name == name }) { return column.value }
        guard leavesOutAgreed, let field = active.places[name].map({ active.fields[$0] }) else { return nil }
        // Left out, and so worked out now; what it notes besides has been noted.
        var copy = self
        return try? copy.value(of: field.mapping)
    }

    /// The lines of a document by pair key.
    public func lines(_ mapping: String) throws -> [(id: String, record: ReferencedRecord)] {
        let company = coupling.company
        return try context.records.lines(of: coupling.id, mapping: mapping, company: company).compactMap { pair in
            let line = String(
                decoding: pair.utf8.dropFirst(mapping.utf8.count + company.utf8.count + 2),
                as: UTF8.self
            )
            return try find(mapping, key: line, byID: true).map { (line, $0) }
        }
    }

    /// Whether a reference means the very row that was agreed, as its source and the indexes show.
    func isAgreed(_ lookup: ActiveLookup, column: [UInt8]) throws -> Bool {
        try column.withUnsafeBytes { column in
            try coupling.base.value(of: column) { row in
                guard let row else { return false }
                return try context.records.isReference(lookup, in: image, company: coupling.company, to: row)
            }
        }
    }

    /// The record that a natural key or id means, whether or not it may be referred to.
    public func find(_ mapping: String, key: String, byID: Bool = false, columns: [String] = []) throws
        -> ReferencedRecord?
    {
        try context.records.reference(mapping, company: coupling.company, key: key, byID: byID, columns: columns)
    }

    /// Resolves a reference for a column.
    ///
    /// A reference that does not exist yet goes to `missing`, unless the row has it already: what was agreed needs no
    /// proof again.
    /// - Returns: the record; nil where it is missing.
    public mutating func require(
        _ mapping: String,
        key: String,
        byID: Bool = false,
        column: String?,
        columns: [String] = []
    ) throws -> ReferencedRecord? {
        let found = try find(mapping, key: key, byID: byID, columns: columns)
        return try resolved(found, .init(mapping: mapping, key: key, reason: .unseen), column: column)
    }

    /// Resolves a reference to a record whose id the source tells beside its number.
    ///
    /// A number may have been used again: the id says which record is meant, also while the one that had the number
    /// before is still there. Where `id` is nil, blank or no id, the number decides; with `isSucceeded` also where the
    /// one that is meant is over, since the next one with its number came after it.
    public mutating func require(
        _ mapping: String,
        key: String,
        id: String?,
        isSucceeded: Bool = false,
        column: String?,
        columns: [String] = []
    ) throws -> ReferencedRecord? {
        guard let id = id?.lowercased(), NamedUUID.isUUID(id), id != ChangeEvent.blankID else {
            return try require(mapping, key: key, column: column, columns: columns)
        }
        if isSucceeded, try find(mapping, key: id, byID: true)?.isOver == true {
            return try require(mapping, key: key, column: column, columns: columns)
        }
        let found = try find(mapping, key: id, byID: true, columns: columns)
        var reference = Waiting.Reference(mapping: mapping, key: id, reason: .unseen)
        if found?.exists != true, try find(mapping, key: key).map({ $0.sourceID == id }) ?? true {
            // No other has the number, by which people know it.
            reference = .init(mapping: mapping, key: key, reason: .unseen, otherKey: id)
        }
        return try resolved(found, reference, column: column)
    }

    /// Resolves a reference to a record that an owner has, such as a unit of an item.
    ///
    /// The owner's id and the record's own code mean it whatever the owner's number is. One of which no owner is known is
    /// found by its natural key, `key`, which is also what people know it by.
    public mutating func require(
        _ mapping: String,
        key: String,
        ownerKey: String?,
        column: String?
    ) throws -> ReferencedRecord? {
        guard let ownerKey else { return try require(mapping, key: key, column: column) }
        var found = try find(mapping, key: ownerKey)
        if found == nil, let other = try find(mapping, key: key), other.facts[OwnerKey.fact] == nil { found = other }
        return try resolved(
            found,
            .init(mapping: mapping, key: key, reason: .unseen, otherKey: ownerKey),
            column: column
        )
    }

    /// Takes a record that can be referred to; one that cannot is waited for.
    private mutating func resolved(
        _ found: ReferencedRecord?,
        _ reference: Waiting.Reference,
        column: String?
    ) throws -> ReferencedRecord? {
        var reference = reference
        if let found, found.exists || (column.map { coupling.base[$0] == found.id } ?? false) {
            reference.reason = .deleted
            if found.exists { used.append(reference) }
            return found
        }
        if let found { reference.reason = found.reason }
        if !missing.contains(reference) { missing.append(reference) }
        return nil
    }

    /// Notes that a value is made of another record beside the image: when that one changes, this one is judged anew.
    ///
    /// `key` is that record's id or natural key.
    public mutating func follow(_ mapping: String, key: String) {
        let reference = Waiting.Reference(mapping: mapping, key: key, reason: .followed)
        if !followed.contains(reference) { followed.append(reference) }
    }

    /// Lets a line wait for its document to be opened.
    public mutating func awaitOpening(of mapping: String, document: String) {
        let reference = Waiting.Reference(mapping: mapping, key: document, reason: .waiting)
        closedDocument = reference
        missing.append(reference)
    }

    /// The currency that a code means: the local one where it is blank (GEN-05).
    public mutating func currency(
        code: String,
        mapping: String = "CURRENCY",
        navigation: String = "transactioncurrencyid",
        column: String = "transactioncurrencyid"
    ) throws -> ColumnValue? {
        if settings.isLocalCurrency(code) { return try localCurrency(navigation: navigation) }
        guard let found = try require(mapping, key: code, column: column) else { return nil }
        return .reference(navigation: navigation, entitySet: found.entitySet, id: found.id)
    }

    /// The Dataverse row of the local currency, which only the target knows.
    ///
    /// - Throws: `RecordError` where the setting is missing.
    public func localCurrency(navigation: String = "transactioncurrencyid") throws -> ColumnValue {
        guard let query = context.localCurrency else {
            throw RecordError.permanent(
                "LocalCurrencyUnknown",
                "a blank currency means the local one, which SYNC_LOCAL_CURRENCY does not name"
            )
        }
        return .resolve(navigation: navigation, query)
    }
}
