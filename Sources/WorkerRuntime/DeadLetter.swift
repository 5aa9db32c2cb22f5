// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel

/// The origin and reason of a dead letter, as its added headers say them.
struct DeadLetter {
    /// Largest value that goes along.
    static let largestValue = 8_000_000
    /// Largest value, key and headers together: the topic takes 8 MiB, with what the record format adds.
    static let largestRecord = 8_300_000

    var worker: String
    var topic: String
    var partition: Int32
    var offset: Int64
    var errorClass: ErrorClass
    var reason: String
    var time: Int64

    var headers: [Header] {
        [
            Header("sync-worker", worker), Header("sync-topic", topic), Header("sync-partition", String(partition)),
            Header("sync-offset", String(offset)), Header("sync-error-class", errorClass.rawValue),
            Header("sync-error", reason), Header("sync-time", SyncModel.Timestamp.text(milliseconds: time)),
        ]
    }
}
