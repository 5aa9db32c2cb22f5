// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension SyncEngine {
    /// Pairs whose awaited references may exist now.
    public var pendingReleases: Int { releaseQueue.count }

    /// Stores a coupling with a higher revision, sends it to the changelog and wakes who waits for it.
    ///
    /// `causation` is the event that has led to it, where the coupling itself does not tell any more.
    func save(
        _ coupling: inout Coupling,
        replacing known: KnownPair?,
        partition: Int32,
        after causation: Causation? = nil
    ) throws {
        if coupling.inFlight == nil, coupling.bc.facts[RowClaim.leaving] != nil {
            if coupling.state == .failed { coupling.hasStayed() } else { coupling.hasMoved() }
        }
        // At least the time, so that a pair's new life after its tombstone is newer than any copy of the old one.
        coupling.revision = max((known?.revision ?? 0) + 1, now)
        coupling.updatedAt = now
        let pairKey = coupling.pairKey.description
        try tables.save(coupling, replacing: known, partition: partition) { record in
            try sink.record(coupling: record, pairKey: pairKey, partition: partition)
        }
        if isTracing { sink.trace(TraceStep(coupling, causation)) }
        try wakeWaiters(for: coupling, known: known)
    }

    /// Takes a coupling record that another instance or worker wrote, or that this one wrote in an earlier life.
    ///
    /// An older one never overwrites a newer local one.
    /// A null value is a tombstone; `partition` is that of the changelog.
    /// - Throws: `JSONError`, `Coupling.Unreadable`, or what the store throws.
    public func applyRemote(pairKey: String, value: UnsafeRawBufferPointer?, partition: Int32) throws {
        guard IndexKeys.isPossible(pairKey: pairKey) else { throw Coupling.Unreadable(member: "the key") }
        if let value, let stored = try tables.revision(of: pairKey) {
            // Most of what an owner reads is its own writing; that costs one look.
            guard let revision = try inboxDocument.parse(value)["revision"]?.int64, revision > stored else { return }
        }
        let stored = try tables.load(pairKey)
        guard let value else {
            if let stored { try tables.remove(stored.coupling, partition: stored.partition) }
            return
        }
        let known = stored?.coupling.known
        let coupling = try tables.decode(value)
        guard coupling.pairKey.description == pairKey else { throw Coupling.Unreadable(member: "pairKey") }
        try tables.put(coupling, replacing: known, partition: partition)
        if known?.exists != true, hasTakenOver(coupling) { try wakeRivals(of: coupling) }
        try wakeWaiters(for: coupling, known: known)
    }

    /// How long a pair that is over keeps its record, in milliseconds: 7 days.
    public static var keepsEndedForMs: Int64 { 7 * 86_400_000 }

    /// Ends the records of pairs that have been over for long enough, with tombstones.
    ///
    /// - Returns: how many, at most `limit` for each partition.
    /// - Throws: what the store or the sink throws.
    public func forgetEnded(limit: Int) throws -> Int {
        var forgotten = 0
        for partition in ownedPartitions.sorted() {
            for pairKey in try tables.ended(in: partition, before: now - SyncEngine.keepsEndedForMs, limit: limit) {
                guard let known = try tables.load(pairKey) else { continue }
                try tables.remove(known.coupling, partition: partition)
                try sink.record(coupling: nil, pairKey: pairKey, partition: partition)
                forgotten += 1
            }
        }
        return forgotten
    }

    /// Whether a pair has been over for long enough for its record to end.
    public func hasEnded() throws -> Bool {
        try ownedPartitions.contains { partition in
            try !tables.ended(in: partition, before: now - SyncEngine.keepsEndedForMs, limit: 1).isEmpty
        }
    }

    private func wakeWaiters(for coupling: Coupling, known: KnownPair?) throws {
        let isOverNow = coupling.isOver && known?.state != coupling.state
        if isOverNow { try wakeRivals(of: coupling) }
        try wakeRivals(ofRowsLeftBy: coupling, known: known)
        // A document waits for its lines to be there or to be left out.
        let isLeftOut = coupling.document != nil && [.filtered, .deleted].contains(coupling.state)
        // Who refers by id may mean the next one with the number.
        guard coupling.exists || isOverNow || (isLeftOut && known?.state != coupling.state) else { return }
        // A document adds up its lines' amounts and waits until each is whole, so it is woken by those too.
        let isWholeNow = known?.isWaiting == true && coupling.waiting == nil
        let isSame =
            (coupling.document == nil || (known?.facts == coupling.bc.facts && !isWholeNow))
            && known?.status == coupling.base["statecode"]  // A closed document was opened for its lines.
            && known?.claims == RowClaim.keys(of: coupling.bc.facts)  // It has its key again.
            && known?.followed == FollowedValues(coupling)
        if let known, known.exists, coupling.exists, known.key == coupling.bc.key,
            known.ownerKey == coupling.bc.facts[OwnerKey.fact], isSame
        {
            return
        }
        var keys = [coupling.id]
        if let key = coupling.bc.key { keys.append(key) }
        if let ownerKey = coupling.bc.facts[OwnerKey.fact] { keys.append(ownerKey) }
        if let document = coupling.document { keys.append("\(document)/*") }
        for key in keys {
            for pair in try tables.waiters(for: coupling.mapping, company: coupling.company, key: key) { enqueue(pair) }
        }
    }

    func enqueue(_ pairKey: String) {
        if releaseSet.insert(Array(pairKey.utf8)).inserted { releaseQueue.append(pairKey) }
    }

    /// Puts every pair of a partition that waits or follows others up for release: after an assignment no signal can have
    /// been missed.
    public func sweep(partition: Int32) throws {
        for pair in try tables.waiting(in: partition) { enqueue(pair) }
        for pair in try tables.followers(in: partition) { enqueue(pair) }
    }

    /// Forgets what was up for release, after an abort or a loss; a sweep follows.
    public func clearReleases() {
        releaseQueue = []
        releaseSet = []
    }

    /// Judges up to `limit` pairs that wait or follow others anew, by what exists now.
    ///
    /// - Returns: how many pairs went on.
    @discardableResult
    public func release(limit: Int) throws -> Int {
        var released = 0
        let batch = Array(releaseQueue.prefix(limit))
        releaseQueue.removeFirst(batch.count)
        for pairKey in batch {
            releaseSet.remove(Array(pairKey.utf8))
            if try release(pairKey) { released += 1 }
        }
        return released
    }

    private func release(_ pairKey: String) throws -> Bool {
        guard let (known, partition) = try tables.load(pairKey), ownedPartitions.contains(partition) else {
            return false
        }
        var coupling = known
        if try giveUpLostRow(&coupling) {
            try save(&coupling, replacing: known.known, partition: partition)
            return true
        }
        if known.state == .coupled { coupling.takeUpAnew() }
        guard let waiting = coupling.waiting, known.inFlight == nil, known.state != .skipped,
            known.state != .failed || known.mayBeMended, known.deleteIsDueAt ?? 0 <= now,
            let active = mappings[known.mapping]
        else { return false }
        // Most of those who follow others are as they shall be: that is no stage.
        if known.waiting != nil { trace(.released, known, waiting.causation) }
        let result = try advance(&coupling, active, partition: partition)
        // What has failed and fails again for the same reason has not been tried anew.
        let isSameFailure = known.state == .failed && result == .failed && known.error?.isAlike(coupling.error) == true
        guard coupling != known, !isSameFailure else { return false }
        try save(&coupling, replacing: known.known, partition: partition, after: waiting.causation)
        if result != .waiting, result != .unchanged, !known.isDeletePostponed {
            sink.count(result, mapping: known.mapping)
        }
        return true
    }
}

/// How many pairs wait or failed.
public struct WaitingCensus: Sendable {
    /// Waiting pairs by mapping.
    public var waiting: [String: Int] = [:]
    /// Failed and skipped pairs by mapping.
    public var failed: [String: Int] = [:]
    /// The limit was met in some partition, so that there may be more.
    public var isCapped = false
    /// Waiting pairs by mapping and by the mapping of what they wait for first.
    public var references: [[String]: Int] = [:]
    /// The source time of the oldest of what waits, in milliseconds since 1970; nil when nothing does.
    ///
    /// What failed or is skipped waits for an operator, and what went out without a reference is as good as done.
    public var oldest: Int64?
}

extension SyncEngine {
    /// Counts the waiting pairs of the owned partitions.
    ///
    /// At most `limit` are looked at in each partition, so that a heartbeat stays cheap.
    public func waitingCensus(limit: Int = 2_000) throws -> WaitingCensus {
        var census = WaitingCensus()
        for partition in ownedPartitions {
            let pairs = try tables.waiting(in: partition, limit: limit)
            if pairs.count == limit { census.isCapped = true }
            for pair in pairs {
                guard let coupling = try tables.load(pair)?.coupling else { continue }
                if coupling.state == .failed || coupling.state == .skipped {
                    census.failed[coupling.mapping, default: 0] += 1
                } else {
                    census.waiting[coupling.mapping, default: 0] += 1
                    let reference = coupling.waiting?.waitsFor.first?.mapping ?? ""
                    census.references[[coupling.mapping, reference], default: 0] += 1
                    // The newest event's time grows with each merge; the waiting began no earlier than the first one.
                    if let waiting = coupling.waiting, !waiting.isDeferred {
                        let time = min(waiting.since, waiting.causation.eventAt)
                        census.oldest = min(census.oldest ?? time, time)
                    }
                }
            }
        }
        return census
    }
}
