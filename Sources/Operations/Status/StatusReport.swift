// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What `syncctl status --json` prints.
struct StatusReport: Encodable {
    struct Instance: Encodable {
        let heartbeat: Sign
        let alive: Bool
        let ageSeconds: Int64
    }

    /// A sign of life.
    struct Sign: Encodable {
        let worker: String
        let instance: String
        let state: String
        let at: String
        let partitions: [Int64]
        let gateOpen: Bool
        let records: [String: [String: Int64]]
        let waiting: [String: Int64]
        let failed: [String: Int64]
        let countsAreCapped: Bool
        let http: String?

        init(_ heartbeat: Heartbeat) {
            worker = heartbeat.worker
            instance = heartbeat.instance
            state = heartbeat.state
            at = heartbeat.at
            partitions = heartbeat.partitions
            gateOpen = heartbeat.gateOpen
            records = heartbeat.records
            waiting = heartbeat.waiting
            failed = heartbeat.failed
            countsAreCapped = heartbeat.countsAreCapped
            http = heartbeat.http
        }
    }

    /// Whether a worker reads its change topics.
    struct WorkerGate: Encodable {
        let worker: String
        let open: Bool
        let reason: String?
        let waitsFor: [String]
        let since: String?

        init(_ gate: Gate) {
            worker = gate.worker
            open = gate.isOpen
            reason = gate.reason
            waitsFor = gate.waitsFor
            since = gate.sinceMs.map { Timestamp.text(milliseconds: $0) }
        }
    }

    /// A mapping that an operator holds.
    struct MappingHold: Encodable {
        let mapping: String
        let reason: String?
        let since: String?

        init(_ hold: Hold) {
            mapping = hold.mapping
            reason = hold.reason
            since = hold.since
        }
    }

    let instances: [Instance]
    let silentWorkers: [String]
    /// Left out where no coordinator is active.
    let verdicts: [WorkerVerdicts.Row]?
    let records: [MappingCounts]
    let gates: [WorkerGate]
    let holds: [MappingHold]
}
