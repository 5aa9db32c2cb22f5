// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import JSON
import Kafka
import SyncModel

/// The gates and holds in force.
struct ControlRecords {
    private var gatesByWorker: [String: Gate] = [:]
    private var holdsByMapping: [String: Hold] = [:]
    private let document = JSONDocument()

    /// The gates, by worker.
    var gates: [Gate] { gatesByWorker.values.sorted { $0.worker < $1.worker } }
    /// The holds, by mapping.
    var holds: [Hold] { holdsByMapping.values.sorted { $0.mapping < $1.mapping } }

    /// Takes in a record of `sync.control`; a null value takes its subject back.
    mutating func take(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        switch ControlRecord(key: key, value: value, using: document) {
        case .gate(let worker, let gate): gatesByWorker[worker] = gate
        case .hold(let mapping, let hold): holdsByMapping[mapping] = hold
        case nil: break
        }
    }

    /// Reads the control topic.
    static func read(_ context: CommandContext, _ cluster: Cluster) throws -> ControlRecords {
        var records = ControlRecords()
        let partitions = try cluster.partitions(of: [context.installation.syncTopics.control])
        let reader = context.reader(cluster, "reading gates")
        try reader.readAll(partitions) { records.take(key: $0.key, value: $0.value) }
        return records
    }
}
