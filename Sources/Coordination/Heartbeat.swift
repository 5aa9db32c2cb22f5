// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The last that an instance told of itself.
struct Heartbeat: Sendable, Equatable {
    /// Instances remembered; the longest silent ones are forgotten first.
    static let limit = 1_000

    /// `<worker>/<instance>`.
    let key: String
    /// When it was told, in milliseconds since 1970.
    let atMs: Int64
    /// The record's JSON as it is.
    let json: String

    /// Reads a record; nil where it is no heartbeat.
    init?(key: String, _ value: JSONValue) {
        guard value["type"]?.stringEquals("heartbeat") ?? false, let at = value["at"]?.string,
            let microseconds = SyncModel.Timestamp.microseconds(at)
        else { return nil }
        self.key = key
        atMs = microseconds / 1_000
        json = value.rawText
    }
}
