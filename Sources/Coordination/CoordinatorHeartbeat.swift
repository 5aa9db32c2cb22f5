// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What a coordinator tells `sync.status` of itself, as workers do.
struct CoordinatorHeartbeat {
    let instance: String
    let isActive: Bool
    let url: String
    /// How the workers keep up whose lag is known; only the active one tells.
    let verdicts: [WorkerVerdict]

    /// The record's key.
    var key: String { Heartbeat.key(of: Heartbeat.coordinator, instance) }

    /// Writes the record, as `heartbeat.json` describes it.
    func write(to writer: inout JSONWriter, at now: Int64) {
        writer.object { writer in
            writer.member("type", "heartbeat")
            writer.member("worker", Heartbeat.coordinator)
            writer.member("instance", instance)
            writer.member("state", isActive ? "active" : "standby")
            writer.member("at", SyncModel.Timestamp.text(milliseconds: now))
            writer.array("partitions", isActive ? [0] : []) { $0.integer(Int64($1)) }
            writer.key("gateOpen")
            writer.bool(true)
            for name in ["records", "waiting", "failed"] {
                writer.key(name)
                writer.beginObject()
                writer.endObject()
            }
            if isActive { writeVerdicts(to: &writer) }
            writer.member("http", url)
        }
    }

    private func writeVerdicts(to writer: inout JSONWriter) {
        writer.key("verdicts")
        writer.beginObject()
        for verdict in verdicts {
            writer.key(verdict.worker)
            writer.object { verdict.writeMembers(to: &$0) }
        }
        writer.endObject()
    }
}
