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
    /// The settings.
    public let settings: EngineSettings
    /// The record's image.
    public let image: JSONValue
    /// The pair as it stands.
    public let coupling: Coupling
    /// The date of the event in UTC, which stands for Business Central's work date.
    public let workDate: String
    /// The columns in the order of the field mappings.
    public var columns: [MappedColumn] = []
    /// References without which nothing can be published.
    public var missing: [Waiting.Reference] = []
    /// The document of a line, where it is closed and has to be opened for the line; one of `missing`.
    private(set) var closedDocument: Waiting.Reference?
    /// References that were made; waited for anew where the target says that one is not there.
    var used: [Waiting.Reference] = []
    /// References that a later update adds.
    public var deferred: [Waiting.Reference] = []
    /// What the update-only columns and the state wait for.
    public var late: [Waiting.Reference] = []
    /// The state that the row shall have; nil: as Dataverse makes it.
    public var state: RecordState?
    /// The key that only one record may have, made of resolved references; nil: the natural key of the mapping.
    public var uniqueKey: String?

    private let lookUp:
        (_ mapping: String, _ key: String, _ byID: Bool, _ columns: [String]) throws -> ReferencedRecord?
    /// The lines of a document by pair key.
    public let lines: (_ mapping: String) throws -> [ReferencedRecord]

    init(
        active: ActiveMapping,
        settings: EngineSettings,
        image: JSONValue,
        coupling: Coupling,
        workDate: String,
        lookUp: @escaping (String, String, Bool, [String]) throws -> ReferencedRecord?,
        lines: @escaping (String) throws -> [ReferencedRecord]
    ) {
        self.active = active
        self.settings = settings
        self.image = image
        self.coupling = coupling
        self.workDate = workDate
        self.lookUp = lookUp
        self.lines = lines
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
            columns.append(column)
        }
    }

    /// A column's value as evaluated so far.
    public func value(of name: String) -> ColumnValue? {
        columns.first { $0.name == name }?.value
    }

    /// The record that a natural key or id means, whether or not it may be referred to.
    public func find(_ mapping: String, key: String, byID: Bool = false, columns: [String] = []) throws
        -> ReferencedRecord?
    {
        try lookUp(mapping, key, byID, columns)
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
        let found = try lookUp(mapping, key, byID, columns)
        if let found, found.exists || (column.map { coupling.base[$0] == found.id } ?? false) {
            if found.exists { used.append(.init(mapping: mapping, key: key, reason: .deleted)) }
            return found
        }
        let reference = Waiting.Reference(mapping: mapping, key: key, reason: found?.reason ?? .unseen)
        if !missing.contains(reference) { missing.append(reference) }
        return nil
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
        if code.isEmpty || code == settings.localCurrency { return try localCurrency(navigation: navigation) }
        guard let found = try require(mapping, key: code, column: column) else { return nil }
        return .reference(navigation: navigation, entitySet: found.entitySet, id: found.id)
    }

    /// The Dataverse row of the local currency, which only the target knows.
    ///
    /// - Throws: `RecordError` where the setting is missing.
    public func localCurrency(navigation: String = "transactioncurrencyid") throws -> ColumnValue {
        guard let code = settings.localCurrency else {
            throw RecordError.permanent(
                "LocalCurrencyUnknown",
                "a blank currency means the local one, which SYNC_LOCAL_CURRENCY does not name"
            )
        }
        return .resolve(
            navigation: navigation,
            entitySet: "transactioncurrencies",
            conditions: [.init("isocurrencycode", equals: code)]
        )
    }
}
