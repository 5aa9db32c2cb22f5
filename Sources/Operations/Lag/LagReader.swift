// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import Kafka
import SyncModel
import TableMappings

/// Asks a cluster how far consumer groups are behind.
struct LagReader {
    let context: CommandContext
    let cluster: Cluster

    /// The groups to show: the one that was asked for, with or without prefix, or those of all workers.
    func groups(_ asked: String?) -> [String] {
        let installation = context.installation
        guard let asked else { return installation.workers.map { installation.prefix + $0 } }
        let isWorker = installation.mappings.mappings.contains { $0.worker == asked }
        return [isWorker ? installation.prefix + asked : asked]
    }

    /// The lag of every partition that the groups read or have read, or have to read as our workers.
    func read(_ groups: [String]) throws -> [PartitionLag] {
        var committed: [(group: String, partition: TopicPartition, offset: Int64?)] = []
        for group in groups {
            let expected = expectedPartitions(of: group)
            let offsets = try offsets(of: group, expected)
            for partition in Set(offsets.keys).union(expected).sorted() {
                committed.append((group, partition, offsets[partition] ?? nil))
            }
        }
        let known = committed.filter { cluster.partitionCounts[$0.partition.topic] ?? 0 > $0.partition.partition }
        let partitions = Array(Set(known.map(\.partition)))
        let ends = try cluster.ask { try $0.endOffsets(partitions, isolation: .readUncommitted) }
        let starts = try cluster.ask { try $0.beginningOffsets(partitions) }
        let lags = known.map { group, partition, offset in
            PartitionLag(
                group: group,
                partition: partition,
                committed: offset,
                beginning: starts[partition] ?? 0,
                end: ends[partition] ?? 0
            )
        }
        return try withAges(lags)
    }

    /// The partitions that one of our workers reads under the settings.
    private func expectedPartitions(of group: String) -> [TopicPartition] {
        let installation = context.installation
        guard let worker = installation.workers.first(where: { installation.prefix + $0 == group }) else { return [] }
        return installation.active.topics(of: worker).map { installation.prefix + $0 }.flatMap { topic in
            (0..<(cluster.partitionCounts[topic] ?? 0)).map { TopicPartition(topic, $0) }
        }
    }

    private func offsets(of group: String, _ expected: [TopicPartition]) throws -> [TopicPartition: Int64?] {
        let known = try cluster.ask { try $0.groupOffsets(group, nil) }
        let missing = expected.filter { known[$0] == nil }
        // The embedded broker answers only when it is asked for partitions by name.
        return known.merging(try cluster.ask { try $0.groupOffsets(group, missing) }) { first, _ in first }
    }

    /// Adds how old the next unread record of each partition is.
    private func withAges(_ lags: [PartitionLag]) throws -> [PartitionLag] {
        var wanted: [TopicPartition: Int64] = [:]
        var result: [PartitionLag] = []
        let reader = RecordReader(cluster: cluster)
        for group in Dictionary(grouping: lags, by: \.group).sorted(by: { $0.key < $1.key }).map(\.value) {
            wanted.removeAll(keepingCapacity: true)
            for lag in group where lag.unread > 0 {
                wanted[lag.partition] = max(lag.committed ?? lag.beginning, lag.beginning)
            }
            let next = try reader.firstRecords(at: wanted)
            let now = context.now()
            for var lag in group {
                if lag.unread <= 0 {
                    lag.ageMs = 0
                } else if let message = next[lag.partition] {
                    // Where nothing but markers of transactions is left, no record waits.
                    lag.ageMs = message.timestampMs >= 0 ? max(0, now - message.timestampMs) : nil
                } else {
                    lag.ageMs = 0
                }
                result.append(lag)
            }
        }
        return result
    }
}
