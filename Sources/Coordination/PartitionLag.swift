// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// How far a consumer group is behind in a partition.
struct PartitionLag: Sendable, Equatable {
    let group: String
    let topic: String
    let partition: Int32
    /// The offset committed by the group (next to read); nil where it never committed one.
    let committed: Int64?
    /// The partition's first offset; asked only where nothing is committed.
    let beginning: Int64?
    /// The offset behind the last record, pending transactions included, as Kafka's own tools take it.
    let end: Int64

    /// Records still to be read, never negative: a topic made anew ends before what was committed.
    var lag: Int64 { max(0, end - (committed ?? beginning ?? 0)) }
}
