// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// What of the assigned partitions is not finished, by source time in milliseconds since 1970: lag in seconds follows.
///
/// A record is finished when its batch is committed and nothing of it waits. Nothing here looks through records: an
/// event costs a comparison, a commit what the assigned partitions are.
struct UnfinishedRecords {
    /// The oldest record of the open batch; after an abort kept until its events are committed at last.
    private var oldestTaken: Int64?
    /// The source times of the open batch's records.
    private var times: [Int64] = []
    /// Partitions that are not read to their end, with the time of the last record that was taken.
    private var lastTaken: [TopicPartition: Int64] = [:]
    /// The partition at hand, of which most records in a row are; noted in `lastTaken` when another one's turn comes.
    private var current: (partition: TopicPartition, time: Int64)?
    /// The oldest record that waits.
    var oldestWaiting: Int64?

    /// Takes note of a record of the open batch.
    mutating func took(_ time: Int64, of partition: TopicPartition) {
        oldestTaken = min(oldestTaken ?? time, time)
        times.append(time)
        if let current, current.partition != partition {
            lastTaken[current.partition] = current.time
            lastTaken[partition] = nil
        }
        current = (partition, time)
    }

    /// A partition is read to its end.
    mutating func reachedEnd(of partition: TopicPartition) {
        if current?.partition == partition { current = nil }
        lastTaken[partition] = nil
    }

    /// The open batch is committed.
    ///
    /// - Returns: the source times of its records.
    mutating func committed() -> [Int64] {
        defer { times.removeAll(keepingCapacity: true) }
        oldestTaken = nil
        return times
    }

    /// The open batch is dropped; its records are still to be done, and will be taken again.
    mutating func aborted() {
        times.removeAll(keepingCapacity: true)
    }

    /// The partitions are given up: whoever is assigned them next tells of their lag.
    mutating func removeAll() {
        self = UnfinishedRecords()
    }

    /// The oldest time of all; nil when nothing is left to do.
    ///
    /// `unread` are the times of the first records of partitions that are not read at present, where they have any.
    func oldest(unread: [TopicPartition: Int64]) -> Int64? {
        var oldest = [oldestTaken, oldestWaiting].compactMap(\.self).min()
        func take(_ time: Int64) { oldest = min(oldest ?? time, time) }
        for (partition, time) in lastTaken where unread[partition] == nil { take(time) }
        if let current, unread[current.partition] == nil { take(current.time) }
        for time in unread.values { take(time) }
        return oldest
    }
}
