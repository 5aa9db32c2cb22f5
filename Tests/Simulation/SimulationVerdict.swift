// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SimulatedKafka
import SyncModel
import SyncTestSupport
import WorkerRuntime

/// Judges what a run has left behind: I1 to I4 and I7 by what was published and applied, and the workers' own state.
struct SimulationVerdict {
    private(set) var faults: [String] = []
    private(set) var rows = 0
    private(set) var changes = 0
    private(set) var couplings: [String: Coupling] = [:]
    private var writers: [String: Int32] = [:]
    private var letters: [String: Int] = [:]

    init(_ world: SimulatedWorld) throws {
        var published = Published()
        for (topic, count) in world.cluster.topics.sorted(by: { $0.key < $1.key }) {
            for partition in 0..<count { try take(TopicPartition(topic, partition), of: world, &published) }
        }
        let verdict = Verdict(world.delivery.target, world.history, published)
        faults += verdict.faults
        rows = verdict.rows
        changes = published.count
        if published.count != world.delivery.target.count {
            faults.append("\(published.count) changes published, \(world.delivery.target.count) delivered")
        }
        judgeLetters(world)
        for coupling in Rest.canGoOn(couplings) { faults.append("waits for nothing: \(coupling.pairKey)") }
        for (pair, coupling) in couplings where coupling.inFlight != nil { faults.append("in flight: \(pair)") }
        try judgeStates(world)
    }

    private mutating func take(_ place: TopicPartition, of world: SimulatedWorld, _ published: inout Published) throws {
        let isCoupling = place.topic.hasPrefix("sync.couplings.")
        guard
            isCoupling || place.topic.hasPrefix("bc.changes.") || place.topic.hasPrefix("crm.outbound.")
                || place.topic == "sync.dead-letters"
        else { return }
        for record in world.cluster.records(place) {
            if isCoupling {
                try takeCoupling(record, place)
            } else if place.topic == "sync.dead-letters" {
                takeLetter(record, world)
            } else if world.mischief.nonsense[SimulatedMischief.name(place, record.offset)] == nil {
                let message = Message(
                    at: place,
                    offset: record.offset,
                    timestampMs: record.timestampMs,
                    key: record.key,
                    value: record.value,
                    headers: []
                )
                try published.take(message, topic: place.topic)
            }
        }
    }

    private mutating func takeLetter(_ letter: LogRecord, _ world: SimulatedWorld) {
        let headers = Dictionary(letter.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }) {
            $1
        }
        let place = TopicPartition(headers["sync-topic"] ?? "", Int32(headers["sync-partition"] ?? "") ?? -1)
        let name = SimulatedMischief.name(place, Int64(headers["sync-offset"] ?? "") ?? -1)
        let worker = headers["sync-worker"] ?? ""
        letters["\(worker) \(name)", default: 0] += 1
        guard let original = world.mischief.nonsense[name], world.readers(of: place.topic).contains(worker) else {
            faults.append("dead letter of \(worker): \(name): \(headers["sync-error"] ?? "")")
            return
        }
        if letter.key != original.key || letter.value != original.value {
            faults.append("dead letter of \(worker): \(name) is not as it was")
        }
    }

    /// Every worker that reads a topic has said once that it cannot read what is there.
    private mutating func judgeLetters(_ world: SimulatedWorld) {
        for (name, original) in world.mischief.nonsense.sorted(by: { $0.key < $1.key }) {
            for worker in world.readers(of: original.place.topic) where letters["\(worker) \(name)"] != 1 {
                faults.append("\(letters["\(worker) \(name)"] ?? 0) dead letters of \(worker): \(name)")
            }
        }
    }

    private mutating func takeCoupling(_ record: LogRecord, _ place: TopicPartition) throws {
        let pair = String(decoding: record.key ?? [], as: UTF8.self)
        if let other = writers[pair], other != place.partition {
            faults.append("two partitions have written \(pair): \(other) and \(place.partition)")
        }
        writers[pair] = place.partition
        guard let value = record.value else {
            couplings[pair] = nil
            return
        }
        let coupling = try Coupling(try JSONDocument(maximumDepth: Coupling.maximumDepth).parse(value))
        if let known = couplings[pair], known.revision >= coupling.revision {
            faults.append("revision \(coupling.revision) of \(pair) written after \(known.revision)")
        }
        couplings[pair] = coupling
    }

    /// Each worker's local state says what the changelogs say.
    private mutating func judgeStates(_ world: SimulatedWorld) throws {
        for instance in world.instances {
            guard let worker = instance.worker else { continue }
            for (pair, coupling) in couplings.sorted(by: { $0.key < $1.key })
            where worker.knows(mapping: coupling.mapping) {
                let local = try worker.localCoupling(pair)
                guard local != coupling else { continue }
                faults.append(
                    "\(instance.description) has revision \(local?.revision ?? 0) of \(pair), not \(coupling.revision)"
                )
            }
        }
    }
}
