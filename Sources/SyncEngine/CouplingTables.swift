// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import SyncModel

/// The couplings in an ordered store, with the indexes by which references and waiting records are found.
public final class CouplingTables<Store: OrderedStore>: RecordFinder {
    /// The store.
    public var store: Store
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
    private var writer = JSONWriter(reserving: 4_096)
    private var stored = BinaryWriter()
    private var lookedUp: [UInt8] = []

    /// The mappings whose pairs this worker writes; others are kept for looking up only.
    private let ownMappings: Set<String>

    /// Makes the tables over a store, for a worker with these mappings.
    public init(_ store: Store, ownMappings: Set<String>) {
        self.store = store
        self.ownMappings = ownMappings
    }

    /// A coupling and its home partition; nil where nothing is known of the pair.
    public func load(_ pairKey: String) throws -> (coupling: Coupling, partition: Int32)? {
        var found: (coupling: Coupling, partition: Int32)?
        try withStored(pairKey) { value in
            guard let value else { return }
            let coupling = try Coupling.read(try StoredCoupling.record(value), pairKey: pairKey)
            found = (coupling, try StoredCoupling.partition(value))
        }
        return found
    }

    /// Reads the coupling of a pair whose key is at hand; nothing is read where nothing is known of it.
    ///
    /// It goes where it is wanted, since every step that hands it on would copy it.
    func load(_ pairKey: PairKey, into coupling: inout Coupling?) throws {
        try withStored(pairKey.description) { value in
            if let value { coupling = try Coupling.read(try StoredCoupling.record(value), pairKey: pairKey) }
        }
    }

    private func withStored(_ pairKey: String, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        guard IndexKeys.isPossible(pairKey: pairKey) else { return }
        try pairKey.withBytes { try store.withValue(.couplings, $0, body) }
    }

    /// The revision of the stored record; nil where nothing is known of the pair.
    func revision(of pairKey: String) throws -> Int64? {
        var revision: Int64?
        try withStored(pairKey) { value in
            if let value { revision = try CouplingHead(try StoredCoupling.record(value)).revision }
        }
        return revision
    }

    /// Reads a record as it stands on a changelog.
    func decode(_ json: UnsafeRawBufferPointer) throws -> Coupling {
        try Coupling(try document.parse(json))
    }

    /// Stores a coupling, keeps the indexes in step and hands out the record's bytes as they go to the changelog.
    func save(
        _ coupling: Coupling,
        replacing old: KnownPair?,
        partition: Int32,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        writer.removeAll()
        coupling.write(to: &writer)
        try put(coupling, replacing: old, partition: partition)
        try writer.withBytes(body)
    }

    /// Stores a coupling and keeps the indexes in step.
    func put(_ coupling: Coupling, replacing old: KnownPair?, partition: Int32) throws {
        StoredCoupling.write(coupling, partition: partition, to: &stored)
        try coupling.pairKey.description.withBytes { key in
            try stored.withBytes { try store.put(.couplings, key, $0) }
        }
        try updateIndexes(of: coupling, from: old, to: coupling.known, partition: partition)
    }

    /// Remembers where a forwarded event belongs.
    func rememberHome(of id: String, _ home: String) throws {
        try id.withBytes { key in try home.withBytes { try store.put(.homes, key, $0) } }
    }

    /// Where an event of this record was forwarded to; nil where none was.
    func rememberedHome(of id: String) throws -> String? {
        try id.withBytes { key in
            try store.withValue(.homes, key) { $0.map { String(decoding: $0, as: UTF8.self) } }
        }
    }

    /// Forgets a pair.
    public func remove(_ coupling: Coupling, partition: Int32) throws {
        try coupling.pairKey.description.withBytes { try store.remove(.couplings, $0) }
        try updateIndexes(of: coupling, from: coupling.known, to: nil, partition: partition)
    }

    private func updateIndexes(
        of coupling: Coupling,
        from old: KnownPair?,
        to new: KnownPair?,
        partition: Int32
    ) throws {
        if old?.key != new?.key || old == nil || new == nil || old?.claims != new?.claims
            || old?.ownerKey != new?.ownerKey
        {
            let (before, after) = (IndexKeys.naturalKeys(coupling, old), IndexKeys.naturalKeys(coupling, new))
            for key in before where !after.contains(key) { try store.remove(.keys, entry: key) }
            for key in after where !before.contains(key) { try store.put(.keys, entry: key) }
        }
        let (waitedFor, waitsFor) = (old?.lookedAt ?? [], new?.lookedAt ?? [])
        if waitedFor != waitsFor {
            let before = IndexKeys.waiters(coupling, waitedFor)
            let after = IndexKeys.waiters(coupling, waitsFor)
            for key in before where !after.contains(key) { try store.remove(.waiters, entry: key) }
            for key in after where !before.contains(key) { try store.put(.waiters, entry: key) }
        }
        let isKept =
            old?.isWaiting == new?.isWaiting && old?.state != .deleted && new?.state != .deleted
            && old?.deleteIsDueAt == new?.deleteIsDueAt && (old?.follows == nil) == (new?.follows == nil)
        if !isKept, ownMappings.contains(coupling.mapping) {
            try updateOwnIndexes(of: coupling.pairKey, from: old, to: new, partition: partition)
        }
        if old == nil, new != nil { try noteCompany(of: coupling) }
        if (old == nil) != (new == nil), let document = coupling.document {
            let key = IndexKeys.line(coupling, of: document)
            if new != nil { try store.put(.lines, entry: key) } else { try store.remove(.lines, entry: key) }
        }
    }

    /// Notes that a mapping has pairs of a company, by which a record is found whose company nobody tells.
    ///
    /// There are few companies; an entry for each record's id would be one more place to write for every new pair.
    private func noteCompany(of coupling: Coupling) throws {
        let key = IndexKeys.companyPrefix(coupling.mapping) + coupling.company.utf8
        guard try !key.withUnsafeBytes({ try store.withValue(.keys, $0) { $0 != nil } }) else { return }
        try store.put(.keys, entry: key)
    }

    /// What waits, follows others or is over, which only its owner goes on with.
    private func updateOwnIndexes(
        of pairKey: PairKey,
        from old: KnownPair?,
        to new: KnownPair?,
        partition: Int32
    ) throws {
        let key = IndexKeys.waiting(partition: partition, pairKey: pairKey.description)
        try move(in: .waiting, from: old?.isWaiting == true ? key : nil, to: new?.isWaiting == true ? key : nil)
        try move(in: .followers, from: old?.follows != nil ? key : nil, to: new?.follows != nil ? key : nil)
        try move(
            in: .ended,
            from: IndexKeys.ended(old, pairKey: pairKey, partition: partition),
            to: IndexKeys.ended(new, pairKey: pairKey, partition: partition)
        )
        try move(
            in: .postponed,
            from: IndexKeys.postponed(old, pairKey: pairKey, partition: partition),
            to: IndexKeys.postponed(new, pairKey: pairKey, partition: partition)
        )
    }

    private func move(in table: StateTable, from before: [UInt8]?, to after: [UInt8]?) throws {
        guard before != after else { return }
        if let before { try store.remove(table, entry: before) }
        if let after { try store.put(table, entry: after) }
    }

    /// The pairs of a partition that were over before a time, the earliest first.
    func ended(in partition: Int32, before time: Int64, limit: Int) throws -> [String] {
        try pairs(.ended, in: partition, before: time, limit: limit)
    }

    /// The pairs of a partition whose refused delete is to be tried again before a time, the earliest first.
    func postponed(in partition: Int32, before time: Int64, limit: Int) throws -> [String] {
        try pairs(.postponed, in: partition, before: time, limit: limit)
    }

    private func pairs(_ table: StateTable, in partition: Int32, before time: Int64, limit: Int) throws -> [String] {
        var found: [String] = []
        try IndexKeys.partitionPrefix(partition: partition).withUnsafeBytes { prefix in
            try store.scan(table, prefix: prefix) { key, _ in
                let parts = IndexKeys.timedParts(key)
                guard parts.time < time, found.count < limit else { return false }
                found.append(parts.pairKey)
                return true
            }
        }
        return found
    }

    /// The pair keys found under a prefix of an index; they stand after the prefix.
    private func pairKeys(_ table: StateTable, prefix: [UInt8], limit: Int = .max) throws -> [String] {
        var found: [String] = []
        try prefix.withUnsafeBytes { prefix in
            try store.scan(table, prefix: prefix) { key, _ in
                found.append(String(decoding: key[prefix.count...], as: UTF8.self))
                return found.count < limit
            }
        }
        return found
    }

    /// Who waits for a record or follows it, by the key or id under which it is known there.
    public func waiters(for mapping: String, company: String, key: String) throws -> [String] {
        try pairKeys(.waiters, prefix: IndexKeys.prefix(mapping, company, IndexKeys.normalized(key)))
    }

    /// The pairs that wait and have this home partition.
    public func waiting(in partition: Int32, limit: Int = .max) throws -> [String] {
        try pairKeys(.waiting, prefix: IndexKeys.waiting(partition: partition, pairKey: ""), limit: limit)
    }

    /// The pairs that follow other records and have this home partition.
    public func followers(in partition: Int32) throws -> [String] {
        try pairKeys(.followers, prefix: IndexKeys.waiting(partition: partition, pairKey: ""))
    }

    /// The lines of a document.
    public func lines(of document: String, mapping: String, company: String) throws -> [String] {
        try pairKeys(.lines, prefix: IndexKeys.prefix(mapping, company, document))
    }

    /// The pairs with a natural key.
    public func pairs(mapping: String, company: String, key: String) throws -> [String] {
        try pairKeys(.keys, prefix: IndexKeys.prefix(mapping, company, IndexKeys.normalized(key)))
    }

    /// The pairs that have, want or leave the row of a key.
    func rivals(mapping: String, company: String, key: String) throws -> [String] {
        try pairs(mapping: mapping, company: company, key: key)
            + pairKeys(.keys, prefix: IndexKeys.claimPrefix(mapping, company, key))
    }

    /// The pairs that have, want or leave the row of a key, in any company.
    func rivals(mapping: String, key: String) throws -> [String] {
        try pairKeys(.keys, prefix: IndexKeys.companyPrefix(mapping))
            .flatMap { try rivals(mapping: mapping, company: $0, key: key) }
    }

    /// The pairs of a record in any company.
    public func pairs(mapping: String, id: String) throws -> [String] {
        try pairKeys(.keys, prefix: IndexKeys.companyPrefix(mapping))
            .map { PairKey(mapping: mapping, company: $0, id: id).description }
            .filter { pairKey in
                var isKnown = false
                try withStored(pairKey) { isKnown = $0 != nil }
                return isKnown
            }
    }

    /// The record that a reference means; of several with one natural key the one that exists.
    ///
    /// `columns` are the base columns whose values are wanted.
    public func reference(
        _ mapping: String,
        company: String,
        key: String,
        byID: Bool,
        columns: [String] = []
    ) throws -> ReferencedRecord? {
        if byID {
            return try glance("\(mapping)/\(company)/\(key)", columns: columns)
        }
        var best: ReferencedRecord?
        for pair in try pairs(mapping: mapping, company: company, key: key) {
            guard let found = try glance(pair, columns: columns), !found.hasGivenUpItsKey else { continue }
            if found.exists { return found }
            if best?.isOver ?? true { best = found }
        }
        return best
    }

    /// Whether a reference means the row with this id, without a text of anything; false where in doubt.
    func isReference(
        _ lookup: ActiveLookup,
        in image: JSONValue,
        company: String,
        to row: UnsafeRawBufferPointer
    ) throws -> Bool {
        lookedUp.removeAll(keepingCapacity: true)
        let separator = lookup.byID ? UInt8(ascii: "/") : 0
        lookedUp.append(contentsOf: lookup.mapping)
        lookedUp.append(separator)
        lookedUp.append(contentsOf: company.utf8)
        lookedUp.append(separator)
        guard lookup.appendKey(of: image, to: &lookedUp) else { return false }
        if lookup.byID {
            return try lookedUp.withUnsafeBytes { pairKey in
                guard pairKey.count <= IndexKeys.longestPairKey else { return false }
                return try store.withValue(.couplings, pairKey) { value in
                    guard let value else { return false }
                    return try CouplingHead(try StoredCoupling.record(value)).id.hasSameBytes(as: row)
                }
            }
        }
        lookedUp.append(separator)
        var isIt = false
        try lookedUp.withUnsafeBytes { prefix in
            try store.scan(.keys, prefix: prefix) { key, _ in
                let pairKey = UnsafeRawBufferPointer(rebasing: key[prefix.count...])
                return try store.withValue(.couplings, pairKey) { value in
                    guard let value else { return true }
                    let head = try CouplingHead(try StoredCoupling.record(value))
                    // Of several with one natural key the one that exists is meant, and has not given it up.
                    guard head.exists, !head.hasGivenUpItsKey else { return true }
                    isIt = head.id.hasSameBytes(as: row)
                    return false
                }
            }
        }
        return isIt
    }

    private func glance(_ pairKey: String, columns: [String]) throws -> ReferencedRecord? {
        var found: ReferencedRecord?
        try withStored(pairKey) { value in
            guard let value else { return }
            let record = try StoredCoupling.record(value)
            let head = try CouplingHead(record)
            if columns.isEmpty, !head.hasMore {
                found = ReferencedRecord(head, pairKey: pairKey)
            } else {
                let coupling = try Coupling.read(record, pairKey: pairKey)
                found = ReferencedRecord(coupling, pairKey: pairKey, columns: columns)
            }
        }
        return found
    }
}
