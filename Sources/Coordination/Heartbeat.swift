// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The last that an instance told of itself.
struct Heartbeat: Sendable, Equatable {
    /// Instances remembered; the longest silent ones are forgotten first.
    static let limit = 1_000
    /// After this time without a sign an instance is taken for gone; it gives one every 5 seconds.
    static let silenceLimitMs: Int64 = 30_000
    /// Heartbeats that were given before the start are read by then.
    static let patienceMs: Int64 = 10_000

    /// `<worker>/<instance>`.
    let key: String
    /// When it was told, in milliseconds since 1970.
    let atMs: Int64
    /// What it does, such as `running` or `restoring`.
    let state: String
    /// How far behind it is, in seconds; nil where it did not say.
    let lagSeconds: Int64?
    /// The record's JSON as it is.
    let json: String

    /// Reads a record; nil where it is no heartbeat.
    init?(key: String, _ value: JSONValue) {
        guard value["type"]?.stringEquals("heartbeat") ?? false, let at = value["at"]?.string,
            let microseconds = SyncModel.Timestamp.microseconds(at)
        else { return nil }
        self.key = key
        atMs = microseconds / 1_000
        state = value["state"]?.string ?? "unknown"
        lagSeconds = value["lagSeconds"]?.int64
        json = value.rawText
    }

    /// The worker.
    var worker: String { key.split(separator: "/", maxSplits: 1).first.map(String.init) ?? key }

    /// Whether the instance lives, as far as its last sign tells.
    func isAlive(at nowMs: Int64) -> Bool { nowMs - atMs <= Self.silenceLimitMs && state != "stopping" }
}
