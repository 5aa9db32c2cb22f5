// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What `sync.control` says: the last gate of each worker and the holds; the last heartbeats of `sync.status` as well.
struct ControlLedger {
    /// Instances remembered; the longest silent ones are forgotten first.
    static let heartbeatLimit = 1_000

    private(set) var gates: [String: Gate] = [:]
    private(set) var holds: [String: Hold] = [:]
    private(set) var heartbeats: [String: Heartbeat] = [:]
    private let document = JSONDocument(maximumBytes: 8 << 20, maximumDepth: 16)

    /// Takes a record of `sync.control`; records of other kinds are passed over.
    mutating func takeControl(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(JSONError) {
        var problem: JSONError?
        switch ControlRecord(key: key, value: value, using: document, onError: { problem = $0 }) {
        case .gate(let worker, let gate): gates[worker] = gate
        case .hold(let mapping, let hold): holds[mapping] = hold
        case nil: return
        }
        if let problem { throw problem }
    }

    /// Takes a record of `sync.status`.
    mutating func takeStatus(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(JSONError) {
        guard let key else { return }
        let subject = String(decoding: key, as: UTF8.self)
        if subject.hasPrefix(Heartbeat.key(of: Heartbeat.coordinator, "")) { return }
        heartbeats[subject] = nil
        guard let value else { return }
        heartbeats[subject] = Heartbeat(key: subject, try document.parse(value))
        guard heartbeats.count > Self.heartbeatLimit else { return }
        heartbeats.values.min { $0.atMs < $1.atMs }.map { heartbeats[$0.key] = nil }
    }

    /// Takes a gate just told, before its record comes back.
    mutating func told(_ gate: Gate) {
        gates[gate.worker] = gate
    }
}
