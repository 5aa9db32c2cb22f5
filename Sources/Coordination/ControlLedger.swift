// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What `sync.control` says: the last gate of each worker and the holds; the last heartbeats of `sync.status` as well.
struct ControlLedger {
    private(set) var gates: [String: Gate] = [:]
    private(set) var holds: [String: Hold] = [:]
    private(set) var heartbeats: [String: Heartbeat] = [:]
    private let document = JSONDocument(maximumBytes: 8 << 20, maximumDepth: 16)

    /// Takes a record of `sync.control`; records of other kinds are passed over.
    mutating func takeControl(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(JSONError) {
        guard let key else { return }
        let subject = String(decoding: key, as: UTF8.self)
        if subject.hasPrefix(Gate.keyPrefix) {
            let worker = String(subject.dropFirst(Gate.keyPrefix.count))
            gates[worker] = nil
            guard let value else { return }
            gates[worker] = Gate(worker: worker, try document.parse(value))
        } else if subject.hasPrefix(Hold.keyPrefix) {
            let mapping = String(subject.dropFirst(Hold.keyPrefix.count))
            holds[mapping] = nil
            guard let value else { return }
            // Workers hold by the key alone, so a value that cannot be read holds too.
            holds[mapping] = Hold(mapping: mapping, nil)
            holds[mapping] = Hold(mapping: mapping, try document.parse(value))
        }
    }

    /// Takes a record of `sync.status`.
    mutating func takeStatus(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(JSONError) {
        guard let key else { return }
        let subject = String(decoding: key, as: UTF8.self)
        if subject.hasPrefix(CoordinatorHeartbeat.keyPrefix) { return }
        heartbeats[subject] = nil
        guard let value else { return }
        heartbeats[subject] = Heartbeat(key: subject, try document.parse(value))
        guard heartbeats.count > Heartbeat.limit else { return }
        heartbeats.values.min { $0.atMs < $1.atMs }.map { heartbeats[$0.key] = nil }
    }

    /// Takes a gate just told, before its record comes back.
    mutating func told(_ gate: Gate) {
        gates[gate.worker] = gate
    }
}
