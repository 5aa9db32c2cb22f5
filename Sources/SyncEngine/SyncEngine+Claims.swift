// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Rows that only one record may have, such as a price of a list, a product and a unit (PRC-18, PRC-31).
///
/// The first record that publishes owns the row. One whose source is deleted and whose row stays (deletion policies
/// `keep` and `remove-coupling`) no longer needs it: the next that claims it takes the row over and updates it.
extension SyncEngine {
    /// Claims the row of a key for a record that is about to be published.
    ///
    /// - Throws: `RecordError` where the row is another's, or what the store throws.
    func claim(_ key: String, for coupling: inout Coupling, mapping: TableMapping) throws {
        coupling.bc.facts[RowClaim.wanted] = nil
        // A row that is there stays its record's, also where another instance made a second one at the same moment.
        if coupling.crm.isCreated, coupling.bc.key == key { return }
        let current = coupling.bc.key
        // Also one that fails is found when the row becomes free. Where it has a row, that one stays its own until it moves.
        if coupling.crm.isCreated { coupling.bc.facts[RowClaim.wanted] = key } else { coupling.bc.key = key }
        var left: (coupling: Coupling, partition: Int32)?
        for (other, partition) in try rivals(of: coupling, key: key) where other.occupies(key) {
            // Where other rows hang on the one that was left, such as units of its group, it is no use to this record.
            if mapping.uniqueness == .living, other.isOver, other.inFlight == nil { continue }
            guard other.isOver, other.inFlight == nil else {
                throw claimed(
                    "record \(other.bc.id) has the same \(mapping.dataverse.table) already; the first one owns it",
                    coupling
                )
            }
            if other.revision > left?.coupling.revision ?? .min { left = (other, partition) }
        }
        guard let left else {
            if coupling.crm.isCreated { move(&coupling, from: current, to: key) }
            return
        }
        guard !coupling.crm.isCreated else {
            // It has a row of its own; one of the two would be left over.
            throw claimed(
                "record \(left.coupling.bc.id), deleted since, left the \(mapping.dataverse.table) \(left.coupling.crm.id); "
                    + "this record has another one: delete it in Business Central and make it anew to take that one over",
                coupling
            )
        }
        try takeOver(left.coupling, at: left.partition, &coupling)
    }

    /// Lets a record that has a row have the row of another key: its own, with an update.
    private func move(_ coupling: inout Coupling, from current: String?, to key: String) {
        coupling.bc.key = key
        coupling.bc.facts[RowClaim.wanted] = nil
        // Until that update is known to be applied, the row of the old key is taken too.
        if settings.isConfirmed, coupling.bc.facts[RowClaim.leaving] == nil {
            coupling.bc.facts[RowClaim.leaving] = current
        }
    }

    /// Wakes who wants a row that a record no longer has or leaves.
    func wakeRivals(ofRowsLeftBy coupling: Coupling, known: KnownPair?) throws {
        guard let known, known.key != coupling.bc.key || !known.claims.isEmpty,
            mappings[coupling.mapping]?.mapping.keyIsUnique == true
        else { return }
        let before = [known.key, known.facts[RowClaim.leaving]].compactMap(\.self)
        let now = [coupling.bc.key, coupling.bc.facts[RowClaim.leaving]].compactMap(\.self)
        // Itself not: a refused move would be tried again at once.
        for key in before where !now.contains(key) { try wake(coupling, rivalsFor: key, andItself: false) }
    }

    /// Others of the mapping that have, want or leave the row of a key.
    private func rivals(of coupling: Coupling, key: String) throws -> [(coupling: Coupling, partition: Int32)] {
        let own = coupling.pairKey.description
        return try rivalPairs(of: coupling, key: key).filter { $0 != own }.compactMap { try tables.load($0) }
    }

    /// The pairs that have, want or leave the row of a key, itself among them.
    ///
    /// Natural keys are told apart by table: an item and a resource cannot both have a product of one number.
    private func rivalPairs(of coupling: Coupling, key: String) throws -> [String] {
        var names = [coupling.mapping]
        if let active = mappings[coupling.mapping], active.claimsNaturalKey {
            let table = active.mapping.dataverse.entitySet
            names = mappings.values
                .filter { $0.claimsNaturalKey && $0.mapping.dataverse.entitySet == table }
                .map(\.mapping.name)
                .sorted()
        }
        return try names.flatMap { try tables.rivals(mapping: $0, company: coupling.company, key: key) }
    }

    private func claimed(_ message: String, _ coupling: Coupling) -> RecordError {
        let isNaturalKey = mappings[coupling.mapping]?.claimsNaturalKey == true
        return .permanent(isNaturalKey ? ClaimedRow.naturalKeyCode : ClaimedRow.code, message)
    }

    /// What the deleted record agreed on is what its row holds, so only what differs is written.
    private func takeOver(_ left: Coupling, at partition: Int32, _ coupling: inout Coupling) throws {
        coupling.crm = left.crm
        coupling.base = left.base
        // Where another instance owns the deleted record, that one gives the row up when it reads of the new owner.
        guard ownedPartitions.contains(partition) else { return }
        var former = left
        former.forgetRow()
        try save(&former, replacing: left.known, partition: partition)
    }

    /// Lets a record that is over forget its row where another has taken it over.
    ///
    /// - Returns: whether it did.
    func giveUpLostRow(_ coupling: inout Coupling) throws -> Bool {
        guard coupling.isOver, coupling.crm.isCreated, coupling.inFlight == nil, let key = coupling.bc.key,
            mappings[coupling.mapping]?.mapping.keyIsUnique == true
        else { return false }
        let isLost = try rivals(of: coupling, key: key).contains { other, _ in
            other.crm.isCreated && other.crm.id == coupling.crm.id
                && (!other.isOver || other.revision > coupling.revision)
        }
        if isLost { coupling.forgetRow() }
        return isLost
    }

    /// Whether the record has taken over a row that was made for another one.
    func hasTakenOver(_ coupling: Coupling) -> Bool {
        coupling.crm.isCreated && mappings[coupling.mapping]?.mapping.keyIsUnique == true
            && coupling.crm.id != NamedUUID.make(coupling.pairKey.description)
    }

    /// A row that is free again goes to the next record that claims it; a row that has been taken over is forgotten by
    /// the one that had it.
    func wakeRivals(of coupling: Coupling) throws {
        guard let key = coupling.bc.key, mappings[coupling.mapping]?.mapping.keyIsUnique == true else { return }
        try wake(coupling, rivalsFor: key, andItself: true)
    }

    private func wake(_ coupling: Coupling, rivalsFor key: String, andItself isIncluded: Bool) throws {
        let own = coupling.pairKey.description
        for pair in try rivalPairs(of: coupling, key: key) where isIncluded || pair != own { enqueue(pair) }
    }
}

/// What a record notes of rows beside the one that it has, among the facts of its coupling; no property has these names.
enum RowClaim {
    /// The key of the row that it wants and another has.
    static let wanted = Coupling.Source.wantedFact
    /// The key of the row that it has until its move away from there is applied.
    static let leaving = "@leaving"

    /// The keys that are noted.
    static func keys(of facts: [String: String]) -> [String] {
        facts.isEmpty ? [] : [facts[wanted], facts[leaving]].compactMap(\.self)
    }
}

/// The failure of a record whose row belongs to another.
enum ClaimedRow {
    static let code = "DuplicateProductPriceLevel"
    static let naturalKeyCode = "DuplicateKey"

    /// Whether an error says so: ours, or the target's.
    static func isCause(of error: RecordError?) -> Bool {
        guard let code = error?.code else { return false }
        return isOurs(code) || code == "0x80043b08" || code == "0x80043b06"
    }

    /// Whether a failure's code is that of a claim; it tells of the other record and counts for nothing here.
    static func isOurs(_ code: String) -> Bool { code == self.code || code == naturalKeyCode }
}

extension Coupling {
    /// Its source is deleted; its row may be there.
    var isOver: Bool { state == .broken || state == .deleted }

    /// Whether it has the row of a key, or has not quite left it.
    func occupies(_ key: String) -> Bool {
        guard crm.isCreated || inFlight != nil else { return false }
        let wanted = IndexKeys.normalized(key)
        return [bc.key, bc.facts[RowClaim.leaving]].contains { $0.map(IndexKeys.normalized) == wanted }
    }

    /// Its change was applied: what it left is free.
    mutating func hasMoved() { bc.facts[RowClaim.leaving] = nil }

    /// Its change was refused: it has the row that it had, and wants the other one.
    mutating func hasStayed() {
        guard let current = bc.facts[RowClaim.leaving] else { return }
        bc.facts[RowClaim.leaving] = nil
        guard bc.key != current else { return }
        bc.facts[RowClaim.wanted] = bc.key
        bc.key = current
    }

    /// Forgets the row: a new life begins with one of its own.
    mutating func forgetRow() {
        bc.facts[RowClaim.wanted] = nil
        bc.facts[RowClaim.leaving] = nil
        crm = Target(entity: crm.entity, id: NamedUUID.make(pairKey.description))
        base = [:]
        exists = false
    }
}
