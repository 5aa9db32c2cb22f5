// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
import SyncModel

/// A Dynamics 365 Sales on Dataverse in memory that refuses what the real one refuses.
///
/// Takes outbound changes as a delivery worker would apply them and answers as it would report. Knows the tables that
/// the synchronization writes: their columns, lengths, required and settable ones, states, and the rules between rows.
/// Used on one thread.
///
/// ```swift
/// let dataverse = DataverseSimulator(baseCurrency: "GBP")
/// let result = try dataverse.apply(change)          // status applied, or failed with the Web API's error code
/// dataverse.row("products", id)?["productnumber"]   // "1896-S"
/// ```
public final class DataverseSimulator {
    /// Why a change could not even be read.
    public struct Malformed: Error, Sendable, Hashable {
        /// The member that is missing or wrong.
        public let member: String
    }

    /// A change that cannot be applied yet is refused; else it is held back, with what follows it on its row, until it can.
    public let isStrict: Bool
    /// The row of the organization's base currency.
    public let baseCurrencyID: String
    /// The changes that had their effect, in order.
    public private(set) var log: [AppliedChange] = []
    /// The refused changes, in order.
    public private(set) var refusals: [Refusal] = []
    /// How often each change had its effect, by change id: never more than once where nothing is doubled.
    public private(set) var effects: [String: Int] = [:]

    var tables: [String: [String: SimulatedRow]] = [:]
    /// Row ids by entity set, column and value, for references and unique columns.
    var index: [String: Set<String>] = [:]
    private var version: Int64 = 1_000_000
    private var room = HoldingRoom()

    /// Makes an organization that has its base currency and nothing else.
    public init(baseCurrency: String = "GBP", isStrict: Bool = true) {
        self.isStrict = isStrict
        baseCurrencyID = NamedUUID.make("base currency \(baseCurrency)")
        insert(
            "transactioncurrencies",
            id: baseCurrencyID,
            columns: [
                "isocurrencycode": baseCurrency, "currencyname": baseCurrency, "currencysymbol": baseCurrency,
                "exchangerate": "1", "currencyprecision": "2", "statecode": "0", "statuscode": "1",
            ]
        )
    }

    /// A row; nil where there is none.
    public func row(_ entitySet: String, _ id: String) -> SimulatedRow? { tables[entitySet]?[id] }

    /// The rows of an entity set by id.
    public func rows(_ entitySet: String) -> [String: SimulatedRow] { tables[entitySet] ?? [:] }

    /// How many changes are held back.
    public var heldBack: Int { room.count }

    /// Whether changes of a row are held back.
    public func isHeldBack(_ recordID: String) -> Bool { room.holds(recordID) }

    /// Puts a row there as if somebody had made it in Dataverse; values as canonical text.
    public func insert(_ entitySet: String, id: String, columns: [String: String]) {
        write(entitySet, id, columns.mapValues { $0 }, owner: nil)
    }

    /// Applies an outbound change, the value of a record of `crm.outbound.<entity>`.
    ///
    /// - Returns: what a delivery reports; nil where the change is held back, which only a lenient one does.
    /// - Throws: `Malformed` where it is no outbound change.
    @discardableResult
    public func apply(_ json: JSONValue) throws(Malformed) -> DeliveryResult? {
        let change = try ReceivedChange(json)
        if !isStrict, room.holds(change.recordID) {
            room.queue(change)
            return nil
        }
        switch attempt(change) {
        case .success(let (result, touched)):
            if !isStrict { releaseHeldBack(by: touched) }
            return result
        case .failure(let refused):
            if !isStrict, let awaited = refused.awaited {
                room.hold(change, awaiting: awaited)
                return nil
            }
            return refuse(change, refused)
        }
    }

    /// Applies a change, where it can be, and tells the rows that it has made, changed or deleted.
    private func attempt(_ change: ReceivedChange) -> Result<(DeliveryResult, touched: [RowName]), Refused> {
        do {
            let effect = try perform(change)
            effects[change.changeID, default: 0] += 1
            log.append(
                AppliedChange(
                    changeID: change.changeID,
                    pairKey: change.pairKey,
                    operation: change.operation,
                    entitySet: change.entitySet,
                    recordID: effect.id,
                    causation: change.causation
                )
            )
            let touched =
                [RowName(change.entitySet, effect.id)] + effect.related.values.map { RowName($0.entity, $0.id) }
            let result = result(of: change, recordID: effect.id, related: effect.related, error: nil)
            return .success((result, touched + effect.touched))
        } catch {
            return .failure(error)
        }
    }

    private func refuse(_ change: ReceivedChange, _ refused: Refused) -> DeliveryResult {
        refusals.append(
            Refusal(
                changeID: change.changeID,
                pairKey: change.pairKey,
                mapping: change.mapping,
                operation: change.operation,
                entitySet: change.entitySet,
                recordID: change.recordID,
                status: refused.status,
                error: refused.error
            )
        )
        return result(of: change, recordID: change.recordID, related: [:], error: refused.error)
    }

    private func result(
        of change: ReceivedChange,
        recordID: String,
        related: [String: Coupling.Related],
        error: RecordError?
    ) -> DeliveryResult {
        DeliveryResult(
            changeID: change.changeID,
            mapping: change.mapping,
            pairKey: change.pairKey,
            replyTopic: change.replyTopic,
            replyPartition: change.replyPartition,
            status: error == nil ? .applied : .failed,
            recordID: recordID,
            etag: row(change.entitySet, recordID)?.etag,
            related: related,
            error: error
        )
    }

    /// Tries again what waited for rows that were made, changed or deleted, and what that leads to.
    private func releaseHeldBack(by touched: [RowName]) {
        var written = touched
        while let row = written.popLast() {
            for held in room.released(by: row) {
                guard !room.holds(held.recordID) else {
                    room.queue(held)
                    continue
                }
                switch attempt(held) {
                case .success(let (_, touched)):
                    written += touched
                case .failure(let refused):
                    if let awaited = refused.awaited {
                        room.hold(held, awaiting: awaited)
                    } else {
                        _ = refuse(held, refused)
                    }
                }
            }
        }
    }
}

extension DataverseSimulator {
    /// Writes columns of a row, which is made where there is none; nil clears a column.
    func write(_ entitySet: String, _ id: String, _ values: [String: String?], owner: String?) {
        version += 1
        var row = tables[entitySet]?[id] ?? SimulatedRow(id: id, columns: [:], version: version, owner: owner)
        row.version = version
        if let owner { row.owner = owner }
        for (column, value) in values {
            if isIndexed(column, of: entitySet) {
                if let old = row.columns[column] { index[key(entitySet, column, old)]?.remove(id) }
                if let value { index[key(entitySet, column, value), default: []].insert(id) }
            }
            row.columns[column] = value
        }
        tables[entitySet, default: [:]][id] = row
    }

    /// Removes a row.
    func erase(_ entitySet: String, _ id: String) {
        guard let row = tables[entitySet]?.removeValue(forKey: id) else { return }
        for (column, value) in row.columns where isIndexed(column, of: entitySet) {
            index[key(entitySet, column, value)]?.remove(id)
        }
    }

    /// The ids of the rows with a value in an indexed column.
    func ids(_ entitySet: String, _ column: String, _ value: String) -> Set<String> {
        index[key(entitySet, column, value)] ?? []
    }

    func isIndexed(_ column: String, of entitySet: String) -> Bool {
        if ["productnumber", "isocurrencycode", "name"].contains(column) { return true }
        guard case .lookup = TableSchema.sales[entitySet]?.columns[column]?.kind else { return false }
        return true
    }

    private func key(_ entitySet: String, _ column: String, _ value: String) -> String {
        "\(entitySet)|\(column)|\(value)"
    }
}
