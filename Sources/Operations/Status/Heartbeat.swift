// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The last sign of life of a running instance.
struct Heartbeat: Encodable, Equatable {
    /// After this time without a sign an instance is taken for gone; it gives one every 5 seconds.
    static let silenceLimitMs: Int64 = 30_000

    let worker: String
    let instance: String
    let state: String
    let at: String
    let partitions: [Int64]
    let gateOpen: Bool
    let records: [String: [String: Int64]]
    let waiting: [String: Int64]
    let failed: [String: Int64]
    /// The worker stopped counting waiting and failed records at its limit.
    let countsAreCapped: Bool
    let http: String?

    /// Reads a record of `sync.status`; nil where it is none.
    init?(_ json: JSONValue) {
        guard let worker = json["worker"]?.string, let instance = json["instance"]?.string else { return nil }
        self.worker = worker
        self.instance = instance
        state = json["state"]?.string ?? "unknown"
        at = json["at"]?.string ?? ""
        partitions = json["partitions"]?.elements.compactMap(\.int64) ?? []
        gateOpen = json["gateOpen"]?.bool ?? true
        var records: [String: [String: Int64]] = [:]
        for (mapping, results) in json["records"]?.memberPairs ?? [] { records[mapping] = results.counts }
        self.records = records
        waiting = json["waiting"]?.counts ?? [:]
        failed = json["failed"]?.counts ?? [:]
        countsAreCapped = json["countsAreCapped"]?.bool ?? false
        http = json["http"]?.string
    }

    /// When it was given, in milliseconds since 1970; 0 where that cannot be read.
    var atMs: Int64 { (Timestamp.microseconds(at) ?? 0) / 1_000 }

    /// Whether the instance lives, as far as its last sign tells.
    func isAlive(at now: Int64) -> Bool { now - atMs <= Self.silenceLimitMs && state != "stopping" }
}

extension JSONValue {
    /// The members of an object; empty for anything else.
    fileprivate var memberPairs: [(key: String, value: JSONValue)] { Array(members) }

    /// The members that are whole numbers.
    fileprivate var counts: [String: Int64] {
        var counts: [String: Int64] = [:]
        for (name, value) in members { counts[name] = value.int64 }
        return counts
    }
}
