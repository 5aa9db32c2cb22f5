// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// How far a consumer group is behind in a partition.
struct PartitionLag: Sendable, Equatable {
    let group: String
    let partition: TopicPartition
    /// The committed offset (next to read); nil: nothing was committed.
    let committed: Int64?
    /// The partition's first offset.
    let beginning: Int64
    /// The offset behind the last record, as Kafka's own tools tell it: pending transactions included.
    let end: Int64
    /// How old the next unread record is, in milliseconds; nil: not known.
    var ageMs: Int64?

    /// Records still to be read, as Kafka's own tools count them; nil where nothing was committed.
    var lag: Int64? { committed.map { end - $0 } }

    /// Records still to be read, also where nothing was committed: then all there are.
    var unread: Int64 { lag ?? end - beginning }

    /// Whether more is unread than a limit allows.
    func exceeds(_ limit: Int) -> Bool { unread > Int64(limit) }
}
