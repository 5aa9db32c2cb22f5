// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import JSON
import Kafka
import SyncModel

/// How workers keep up, as the active coordinator told last.
struct WorkerVerdicts {
    /// One row of `--json`.
    struct Row: Encodable {
        let worker: String
        let verdict: String
        let reason: String?
        let rate: Double

        init(_ verdict: WorkerVerdict) {
            worker = verdict.worker
            self.verdict = verdict.verdict.rawValue
            reason = verdict.reason
            rate = verdict.rate
        }
    }

    /// The newest records of `sync.status` among which the coordinator's is looked for: it comes every 5 seconds.
    private static let newest: Int64 = 1_000

    /// By worker; nil where no coordinator is active.
    private let told: [String: WorkerVerdict]?

    /// Takes them from the signs of life that there are.
    init(_ heartbeats: [Heartbeat], at now: Int64) {
        let active = heartbeats.filter {
            $0.worker == Heartbeat.coordinator && $0.state == "active" && $0.isAlive(at: now)
        }
        told = active.max { $0.atMs < $1.atMs }?.verdicts
    }

    /// Reads the newest signs of life.
    static func read(_ context: CommandContext, _ cluster: Cluster) throws -> WorkerVerdicts {
        let topic = context.installation.syncTopics.status
        guard cluster.partitionCounts[topic] != nil else { return WorkerVerdicts([], at: context.now()) }
        let reader = RecordReader(cluster: cluster)
        let bounds = try reader.bounds(of: try cluster.partitions(of: [topic]))
        var found: [String: Heartbeat] = [:]
        let document = JSONDocument()
        try reader.read(bounds.mapValues { max($0.lowerBound, $0.upperBound - newest)..<$0.upperBound }) { message in
            guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
            let value = message.value.flatMap { try? document.parse($0) }
            found[key] = value.flatMap { Heartbeat(key: key, $0) }
        }
        return WorkerVerdicts(Array(found.values), at: context.now())
    }

    /// What `--json` prints of these workers; nil where no coordinator is active.
    func rows(of workers: [String]) -> [Row]? {
        told.map { told in workers.compactMap { told[$0].map(Row.init) } }
    }

    /// What is printed of these workers: a table, or one line where nobody judges them.
    func text(of workers: [String], _ context: CommandContext) -> String {
        guard let told else { return "no coordinator is active; how the workers keep up is not known" }
        var table = context.table("WORKER", "VERDICT", "RECORDS/S", "REASON")
        for worker in workers {
            guard let verdict = told[worker] else {
                table.add([.init(worker), "-", "-", "its lag is not known yet"])
                continue
            }
            table.add([
                .init(worker), .init(verdict.verdict.words, Self.style(of: verdict.verdict)),
                .init("\(verdict.rate)"), .init(verdict.reason ?? "-"),
            ])
        }
        return table.text()
    }

    private static func style(of verdict: Verdict) -> TableFormatter.Style {
        switch verdict {
        case .ok: .good
        case .heldBack, .slow: .doubtful
        case .stalled, .stopped: .bad
        }
    }
}
