// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SimulatedKafka
import SyncModel

/// What workers have written: dead letters, couplings and changes, read as it comes.
struct HostileTrail {
    /// Dead letters by worker and input.
    private(set) var letters: [String: [LogRecord]] = [:]
    /// By the bytes of the pair's key: texts that look the same are one to a dictionary, and two to Kafka.
    private(set) var couplings: [[UInt8]: Coupling] = [:]
    /// The changes that were published.
    private(set) var changeIDs: Set<String> = []
    /// Those of which a coupling has said that they are on their way.
    private(set) var inFlightIDs: Set<String> = []
    var faults: [String] = []
    private var positions: [TopicPartition: Int64] = [:]
    private var writers: [[UInt8]: Int32] = [:]
    private let document = JSONDocument(maximumBytes: 16 << 20, maximumDepth: Coupling.maximumDepth)

    mutating func read(_ cluster: SimulatedCluster) throws {
        for (topic, count) in cluster.topics.sorted(by: { $0.key < $1.key }) {
            let isCoupling = topic.hasPrefix("sync.couplings.")
            guard isCoupling || topic == "sync.dead-letters" || topic.hasPrefix("crm.outbound.") else { continue }
            for partition in 0..<count {
                let place = TopicPartition(topic, partition)
                for record in cluster.records(place, from: positions[place] ?? 0) {
                    positions[place] = record.offset + 1
                    if isCoupling {
                        try take(coupling: record, partition)
                    } else if topic == "sync.dead-letters" {
                        take(letter: record)
                    } else if let id = Self.text("ce_id", of: record), !changeIDs.insert(id).inserted {
                        faults.append("change \(id) is published twice")
                    }
                }
            }
        }
    }

    private mutating func take(letter: LogRecord) {
        let worker = Self.text("sync-worker", of: letter) ?? ""
        let input = Self.text(HostileRun.header, of: letter) ?? ""
        letters["\(worker)/\(input)", default: []].append(letter)
    }

    private mutating func take(coupling record: LogRecord, _ partition: Int32) throws {
        let key = record.key ?? []
        let pair = String(decoding: key, as: UTF8.self)
        if let other = writers.updateValue(partition, forKey: key), other != partition {
            faults.append("partitions \(other) and \(partition) have written \(pair)")
        }
        guard let value = record.value else {
            couplings[key] = nil
            return
        }
        let coupling = try Coupling(try document.parse(value))
        if coupling.pairKey.description != pair { faults.append("\(pair) has the coupling of another") }
        if let known = couplings[key], known.revision >= coupling.revision {
            faults.append("revision \(coupling.revision) of \(pair) written after \(known.revision)")
        }
        if let change = coupling.inFlight { inFlightIDs.insert(change.changeID) }
        couplings[key] = coupling
    }

    /// A header as text.
    static func text(_ header: String, of record: LogRecord) -> String? {
        record.headers.first { $0.name == header }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
