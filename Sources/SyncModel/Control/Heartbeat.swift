// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The last that an instance told of itself on `sync.status`.
package struct Heartbeat: Sendable, Equatable {
    /// The name under which coordinators give theirs.
    package static let coordinator = "coordinator"
    /// How often an instance gives a sign, in milliseconds.
    package static let intervalMs: Int64 = 5_000
    /// After this time without a sign an instance is taken for gone.
    package static let silenceLimitMs: Int64 = 30_000

    /// The worker, or `coordinator`.
    package let worker: String
    /// The name of its process.
    package let instance: String
    /// What it does, such as `running` or `restoring`.
    package let state: String
    /// When it was told, as the record says.
    package let at: String
    /// The same in milliseconds since 1970.
    package let atMs: Int64
    /// The partitions that it has.
    package let partitions: [Int64]
    /// Whether it may read its change topics.
    package let gateOpen: Bool
    /// Records by mapping and what became of them.
    package let records: [String: [String: Int64]]
    /// Records that wait, by mapping.
    package let waiting: [String: Int64]
    /// Records that failed or are skipped, by mapping.
    package let failed: [String: Int64]
    /// It stopped counting waiting and failed records at its limit.
    package let countsAreCapped: Bool
    /// How far behind it is, in seconds; nil where it did not say.
    package let lagSeconds: Int64?
    /// Of an active coordinator: how the workers keep up whose lag it knows.
    package let verdicts: [String: WorkerVerdict]
    /// Where it serves its endpoints.
    package let http: String?
    /// The record's JSON as it is.
    package let json: String

    /// Reads a record with a key such as `unit-worker/a`; nil where it is no heartbeat or its time cannot be read.
    package init?(key: String, _ value: JSONValue) {
        guard value["type"]?.stringEquals("heartbeat") ?? false, let at = value["at"]?.string,
            let microseconds = Timestamp.microseconds(at)
        else { return nil }
        let names = key.split(separator: "/", maxSplits: 1).map(String.init)
        worker = names.first ?? key
        instance = names.count > 1 ? names[1] : ""
        state = value["state"]?.string ?? "unknown"
        self.at = at
        atMs = microseconds / 1_000
        partitions = value["partitions"]?.elements.compactMap(\.int64) ?? []
        gateOpen = value["gateOpen"]?.bool ?? true
        var records: [String: [String: Int64]] = [:]
        if let members = value["records"]?.members {
            for (mapping, results) in members { records[mapping] = results.counts }
        }
        self.records = records
        waiting = value["waiting"]?.counts ?? [:]
        failed = value["failed"]?.counts ?? [:]
        countsAreCapped = value["countsAreCapped"]?.bool ?? false
        lagSeconds = value["lagSeconds"]?.int64
        var verdicts: [String: WorkerVerdict] = [:]
        if let members = value["verdicts"]?.members {
            for (worker, verdict) in members { verdicts[worker] = WorkerVerdict(worker: worker, verdict) }
        }
        self.verdicts = verdicts
        http = value["http"]?.string
        json = value.rawText
    }

    /// The key of an instance's record.
    package static func key(of worker: String, _ instance: String) -> String { "\(worker)/\(instance)" }

    /// The key of its record.
    package var key: String { Self.key(of: worker, instance) }

    /// Whether the instance lives, as far as its last sign tells.
    package func isAlive(at nowMs: Int64) -> Bool { nowMs - atMs <= Self.silenceLimitMs && state != "stopping" }
}

extension JSONValue {
    /// The members that are whole numbers.
    fileprivate var counts: [String: Int64] {
        var counts: [String: Int64] = [:]
        for (name, value) in members { counts[name] = value.int64 }
        return counts
    }
}
