// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SimulatedKafka
import SyncModel
import SyncTestSupport
import WorkerRuntime

/// What became of every event at every worker that reads it.
///
/// Each is exactly one of: a dead letter, byte for byte; a tombstone; or taken by each mapping that its topic feeds, which
/// counts what it made of it and leaves a coupling that is no older. Forwarded ones are so at home.
public struct HostileAccount {
    /// What is wrong; empty where nothing is.
    public private(set) var faults: [String] = []
    /// Events that were taken, once for each worker that reads them.
    public private(set) var taken = 0
    /// How they ended: as a dead letter, as a tombstone, or taken by the mappings.
    public private(set) var ends: [String: Int] = [:]
    /// What the mappings made of what they took, and of what went on later, by the workers' own counters.
    public private(set) var outcomes: [String: Int] = [:]
    /// How many took the way by the inbox.
    public private(set) var forwarded = 0
    /// Outbound changes.
    public var changes: Int { trail.changeIDs.count }

    private var trail = HostileTrail()
    private var expectedPairs: Set<[UInt8]> = []
    private let document = JSONDocument(maximumBytes: 1_000_000, maximumDepth: 64)
    private let keyDocument = JSONDocument(maximumBytes: 4_096, maximumDepth: 8)

    /// Reads what has been written since.
    mutating func read(_ cluster: SimulatedCluster) throws {
        try trail.read(cluster)
        faults += trail.faults
        trail.faults = []
    }

    /// Accounts for events that a worker has read.
    mutating func take(
        _ events: [PlacedEvent],
        by worker: String,
        _ mappings: [TableMapping],
        counts: WorkerCounts
    ) {
        var wanted: [String: Int] = [:]
        var deadLetters = 0
        for event in events {
            taken += 1
            let found = trail.letters["\(worker)/\(event.event.number)"] ?? []
            let read = self.read(event)
            if !found.isEmpty {
                deadLetters += 1
                ends["dead letter", default: 0] += 1
                compare(found, with: event, worker, read)
            } else if event.event.value == nil {
                ends["tombstone", default: 0] += 1
            } else if let read {
                ends["taken", default: 0] += 1
                for mapping in mappings where mapping.businessCentral.entities.contains(event.event.entity) {
                    wanted[mapping.name, default: 0] += 1
                    look(for: read, mapping, isAlone: events.count == 1, event)
                }
            } else {
                faults.append("no dead letter of \(describe(event)) at \(worker)")
            }
        }
        if counts.deadLetters != deadLetters {
            faults.append("\(worker) counts \(counts.deadLetters) dead letters, there are \(deadLetters)")
        }
        for (mapping, count) in wanted where counts.taken(mapping) < count {
            faults.append("\(mapping) took \(counts.taken(mapping)) of \(count) events")
        }
        forwarded += counts.forwarded
        for results in counts.records.values {
            for (result, count) in results where count > 0 { outcomes[result, default: 0] += count }
        }
    }

    /// What can be read of an event: its record's id and company, whether it is a delete, its version.
    private func read(_ event: PlacedEvent) -> ReadEvent? {
        guard let value = event.event.value, let root = try? document.parse(value) else { return nil }
        let keyID = (event.event.key ?? []).withUnsafeBytes { ChangeEvent.keyID($0, using: keyDocument) }
        guard let read = try? ChangeEvent(root, keyID: keyID, defaultCompany: SourceHistory.company) else { return nil }
        var version = read.version
        if version.eventAt == 0 { version.eventAt = event.timestamp }
        return ReadEvent(id: read.id, company: read.company, isDelete: read.kind == .delete, version: version)
    }

    private struct ReadEvent {
        let id: String
        let company: String
        let isDelete: Bool
        let version: RecordVersion
    }

    private mutating func look(for read: ReadEvent, _ mapping: TableMapping, isAlone: Bool, _ event: PlacedEvent) {
        let pair = Array(PairKey(mapping: mapping.name, company: read.company, id: read.id).description.utf8)
        expectedPairs.insert(pair)
        guard isAlone, let coupling = trail.couplings[pair] else { return }
        let seen = coupling.bc.version
        let isSeen =
            read.version.eventAt == seen.eventAt && (read.version.sequence ?? seen.sequence) == seen.sequence
            && (read.version.modifiedAt ?? seen.modifiedAt) == seen.modifiedAt
        let isEnded = coupling.state == .deleted || coupling.state == .broken || coupling.waiting?.wish == .delete
        let order = read.version.order(against: seen, isDelete: read.isDelete, seenWasDelete: isEnded)
        guard !isSeen, order == .newer else { return }
        let versions = "\(read.version) against \(seen), \(coupling.state)"
        faults.append("\(mapping.name) does not know of \(describe(event)): \(versions)")
    }

    private mutating func compare(_ found: [LogRecord], with event: PlacedEvent, _ worker: String, _ read: ReadEvent?) {
        let name = "\(describe(event)) at \(worker)"
        guard let letter = found.first, found.count == 1 else {
            return faults.append("\(found.count) dead letters of \(name)")
        }
        if letter.key != event.event.key || letter.value != event.event.value {
            faults.append("the dead letter of \(name) is not the event")
        }
        let origin = ["topic", "partition", "offset"].map { HostileTrail.text("sync-\($0)", of: letter) ?? "" }
        if origin != [event.place.topic, "\(event.place.partition)", "\(event.offset)"] {
            faults.append("the dead letter of \(name) names another place: \(origin)")
        }
        let reason = HostileTrail.text("sync-error", of: letter) ?? ""
        // Only these could be read: a line whose document nobody knows.
        if read != nil, !reason.contains("names no document") {
            faults.append("\(name) can be read and is a dead letter: \(reason)")
        }
    }

    private func describe(_ event: PlacedEvent) -> String {
        "event \(event.event.number) (\(event.event.entity): \(event.event.mutations.joined(separator: ", ")))"
    }

    /// When all is at rest: every record has its coupling, every change too, and the local states say the same.
    mutating func close(_ instances: [SimulatedInstance]) throws {
        for pair in expectedPairs where trail.couplings[pair] == nil {
            faults.append("no coupling \(String(decoding: pair, as: UTF8.self))")
        }
        for id in trail.changeIDs.symmetricDifference(trail.inFlightIDs).sorted().prefix(5) {
            faults.append("change \(id) is not in both its coupling and its topic")
        }
        for instance in instances {
            for coupling in trail.couplings.values
            where instance.worker?.knows(mapping: coupling.mapping) == true {
                let pair = coupling.pairKey.description
                guard try instance.worker?.localCoupling(pair) != coupling else { continue }
                faults.append("\(instance.description) has another \(pair)")
            }
        }
    }
}
