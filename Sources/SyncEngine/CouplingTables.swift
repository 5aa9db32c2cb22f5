// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import SyncModel

/// The couplings in an ordered store, with the indexes by which references and waiting records are found.
public final class CouplingTables<Store: OrderedStore> {
    /// The store.
    public var store: Store
    private let document = JSONDocument(maximumDepth: 128)
    private let referenceDocument = JSONDocument(maximumDepth: 128)
    private var writer = JSONWriter()

    /// The mappings whose pairs this worker writes; others are kept for looking up only.
    private let ownMappings: Set<String>

    /// Makes the tables over a store, for a worker with these mappings.
    public init(_ store: Store, ownMappings: Set<String>) {
        self.store = store
        self.ownMappings = ownMappings
    }

    /// A coupling and its home partition; nil where nothing is known of the pair.
    public func load(_ pairKey: String) throws -> (coupling: Coupling, partition: Int32)? {
        guard IndexKeys.isPossible(pairKey: pairKey) else { return nil }
        // Not by way of the call's generic result, which would be copied at each step.
        var found: (coupling: Coupling, partition: Int32)?
        try store.withValue(.couplings, Array(pairKey.utf8)) { value in
            if let value { found = (try decode(value), StoredCoupling.partition(value)) }
        }
        return found
    }

    /// The revision of the stored record; nil where nothing is known of the pair.
    func revision(of pairKey: String) throws -> Int64? {
        guard IndexKeys.isPossible(pairKey: pairKey) else { return nil }
        return try store.withValue(.couplings, Array(pairKey.utf8)) { value in
            try value.flatMap { try referenceDocument.parse(StoredCoupling.record($0))["revision"]?.int64 }
        }
    }

    /// Reads a stored or received record.
    public func decode(_ value: UnsafeRawBufferPointer, isStored: Bool = true) throws -> Coupling {
        let json = isStored ? StoredCoupling.record(value) : value
        return try Coupling(try document.parse(json))
    }

    /// Stores a coupling, keeps the indexes in step and returns the record's bytes as they go to the changelog.
    @discardableResult
    public func save(
        _ coupling: Coupling,
        pairKey: String,
        replacing old: Coupling?,
        partition: Int32
    ) throws -> [UInt8] {
        writer.removeAll()
        coupling.write(to: &writer)
        let record = writer.bytes
        try record.withUnsafeBytes {
            try put(coupling, pairKey: pairKey, record: $0, replacing: old, partition: partition)
        }
        return record
    }

    /// Stores a coupling whose record is written already, and keeps the indexes in step.
    func put(
        _ coupling: Coupling,
        pairKey: String,
        record: UnsafeRawBufferPointer,
        replacing old: Coupling?,
        partition: Int32
    ) throws {
        try store.put(
            .couplings,
            Array(pairKey.utf8),
            StoredCoupling.make(coupling, partition: partition, record: record)
        )
        try updateIndexes(from: old, to: coupling, partition: partition)
    }

    /// Remembers where a forwarded event belongs.
    func rememberHome(of id: String, _ home: String) throws {
        try store.put(.homes, Array(id.utf8), Array(home.utf8))
    }

    /// Where an event of this record was forwarded to; nil where none was.
    func rememberedHome(of id: String) throws -> String? {
        try store.withValue(.homes, Array(id.utf8)) { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Forgets a pair.
    public func remove(_ coupling: Coupling, partition: Int32) throws {
        try store.remove(.couplings, Array(coupling.pairKey.description.utf8))
        try updateIndexes(from: coupling, to: nil, partition: partition)
    }

    private func updateIndexes(from old: Coupling?, to new: Coupling?, partition: Int32) throws {
        if old?.bc.key != new?.bc.key || old == nil || new == nil {
            let before = old.map(IndexKeys.naturalKeys) ?? []
            let after = new.map(IndexKeys.naturalKeys) ?? []
            for key in before where !after.contains(key) { try store.remove(.keys, key) }
            for key in after where !before.contains(key) { try store.put(.keys, key, []) }
        }
        if old?.waiting?.waitsFor != new?.waiting?.waitsFor {
            let before = old.map(IndexKeys.waiters) ?? []
            let after = new.map(IndexKeys.waiters) ?? []
            for key in before where !after.contains(key) { try store.remove(.waiters, key) }
            for key in after where !before.contains(key) { try store.put(.waiters, key, []) }
        }
        if let mapping = new?.mapping ?? old?.mapping, ownMappings.contains(mapping) {
            try updateOwnIndexes(from: old, to: new, partition: partition)
        }
        if (old == nil) != (new == nil), let coupling = new ?? old, let document = coupling.document {
            let key = IndexKeys.line(coupling, of: document)
            if new != nil { try store.put(.lines, key, []) } else { try store.remove(.lines, key) }
        }
    }

    /// What waits and what is over, which only its owner goes on with.
    private func updateOwnIndexes(from old: Coupling?, to new: Coupling?, partition: Int32) throws {
        if (old?.waiting != nil) != (new?.waiting != nil), let pair = (new?.pairKey ?? old?.pairKey)?.description {
            let key = IndexKeys.waiting(partition: partition, pairKey: pair)
            if new?.waiting != nil { try store.put(.waiting, key, []) } else { try store.remove(.waiting, key) }
        }
        let ended = (IndexKeys.ended(old, partition: partition), IndexKeys.ended(new, partition: partition))
        try move(in: .ended, from: ended.0, to: ended.1)
        let postponed = (IndexKeys.postponed(old, partition: partition), IndexKeys.postponed(new, partition: partition))
        try move(in: .postponed, from: postponed.0, to: postponed.1)
    }

    private func move(in table: StateTable, from before: [UInt8]?, to after: [UInt8]?) throws {
        guard before != after else { return }
        if let before { try store.remove(table, before) }
        if let after { try store.put(table, after, []) }
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
        try store.scan(table, prefix: IndexKeys.endedPrefix(partition: partition)) { key, _ in
            let parts = IndexKeys.timedParts(key)
            guard parts.time < time, found.count < limit else { return false }
            found.append(parts.pairKey)
            return true
        }
        return found
    }

    /// The pair keys found under a prefix of an index; they stand after the prefix.
    private func pairKeys(_ table: StateTable, prefix: [UInt8], limit: Int = .max) throws -> [String] {
        var found: [String] = []
        try store.scan(table, prefix: prefix) { key, _ in
            found.append(String(decoding: key[prefix.count...], as: UTF8.self))
            return found.count < limit
        }
        return found
    }

    /// Who waits for a record, by the key or id under which it is awaited.
    public func waiters(for mapping: String, company: String, key: String) throws -> [String] {
        try pairKeys(.waiters, prefix: IndexKeys.prefix(mapping, company, IndexKeys.normalized(key)))
    }

    /// The pairs that wait and have this home partition.
    public func waiting(in partition: Int32, limit: Int = .max) throws -> [String] {
        try pairKeys(.waiting, prefix: IndexKeys.waiting(partition: partition, pairKey: ""), limit: limit)
    }

    /// The lines of a document.
    public func lines(of document: String, mapping: String, company: String) throws -> [String] {
        try pairKeys(.lines, prefix: IndexKeys.prefix(mapping, company, document))
    }

    /// The pairs with a natural key.
    public func pairs(mapping: String, company: String, key: String) throws -> [String] {
        try pairKeys(.keys, prefix: IndexKeys.prefix(mapping, company, IndexKeys.normalized(key)))
    }

    /// The pairs of a record in any company.
    public func pairs(mapping: String, id: String) throws -> [String] {
        try pairKeys(.keys, prefix: IndexKeys.prefix(mapping, "", id))
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
            guard let found = try glance(pair, columns: columns) else { continue }
            if found.exists { return found }
            if best == nil || best?.state == .deleted { best = found }
        }
        return best
    }

    private func glance(_ pairKey: String, columns: [String]) throws -> ReferencedRecord? {
        guard IndexKeys.isPossible(pairKey: pairKey) else { return nil }
        var found: ReferencedRecord?
        try store.withValue(.couplings, Array(pairKey.utf8)) { value in
            guard let value else { return }
            if columns.isEmpty { found = StoredCoupling.reference(value) }
            if found == nil {
                found = ReferencedRecord(try referenceDocument.parse(StoredCoupling.record(value)), columns: columns)
            }
        }
        return found
    }
}
