// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import JSON
import Kafka
import SyncModel

/// The gates and holds in force.
struct ControlRecords {
    /// Whether a worker reads its change topics.
    struct Gate: Encodable, Equatable {
        let worker: String
        let open: Bool
        let reason: String?
        let waitsFor: [String]
        let since: String?
    }

    /// A mapping that an operator holds.
    struct Hold: Encodable, Equatable {
        let mapping: String
        let reason: String?
        let since: String?
    }

    private var gatesByWorker: [String: Gate] = [:]
    private var holdsByMapping: [String: Hold] = [:]
    private let document = JSONDocument()

    /// The gates, by worker.
    var gates: [Gate] { gatesByWorker.values.sorted { $0.worker < $1.worker } }
    /// The holds, by mapping.
    var holds: [Hold] { holdsByMapping.values.sorted { $0.mapping < $1.mapping } }

    /// Takes in a record of `sync.control`; a null value takes its subject back.
    mutating func take(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        let subject = key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let json = value.flatMap { try? document.parse($0) }
        if subject.hasPrefix("gate/") {
            let worker = String(subject.dropFirst(5))
            gatesByWorker[worker] = json.map {
                Gate(
                    worker: worker,
                    open: $0["open"]?.bool ?? true,
                    reason: $0["reason"]?.string,
                    waitsFor: $0["waitsFor"]?.elements.compactMap(\.string) ?? [],
                    since: $0["since"]?.string
                )
            }
        } else if subject.hasPrefix("hold/") {
            let mapping = String(subject.dropFirst(5))
            // A worker takes any value for a hold, so one that cannot be read is one as well.
            holdsByMapping[mapping] =
                value == nil
                ? nil : Hold(mapping: mapping, reason: json?["reason"]?.string, since: json?["since"]?.string)
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
