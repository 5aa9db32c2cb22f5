// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// Asks Kafka how far the workers' groups are behind.
struct LagReader {
    /// Long enough for a busy broker, short enough to stop in time.
    static let timeoutMs: Int32 = 3_000

    let configuration: CoordinatorConfiguration
    let workers: [String]
    let admin: any AdminClient

    /// One round of questions: the topics, each group's offsets, all ends at once.
    ///
    /// - Parameter nowMs: the time that the report is to carry.
    /// - Returns: the report, and by worker why its lag is not known.
    /// - Throws: what concerns the cluster as a whole; what concerns one group leaves that group out.
    func read(nowMs: Int64) throws -> (report: LagReport, problems: [String: String]) {
        let counts = try admin.topics(timeoutMs: Self.timeoutMs)
        var problems: [String: String] = [:]
        var committed: [(worker: String, offsets: [TopicPartition: Int64?])] = []
        for worker in workers {
            let partitions = partitions(of: worker, counts)
            guard !partitions.isEmpty else {
                problems[worker] = "none of its topics is there"
                continue
            }
            do {
                let group = configuration.group(of: worker)
                let offsets = try admin.groupOffsets(group, partitions, timeoutMs: Self.timeoutMs)
                committed.append(
                    (worker, Dictionary(uniqueKeysWithValues: partitions.map { ($0, offsets[$0, default: nil]) }))
                )
            } catch let error as KafkaError where error.disposition == .permanent {
                problems[worker] = error.description
            }
        }
        let lags = try partitionLags(committed)
        var sums: [String: Int64] = [:]
        for (worker, _) in committed {
            let group = configuration.group(of: worker)
            sums[worker] = lags.lazy.filter { $0.group == group }.reduce(0) { $0 + $1.lag }
        }
        return (LagReport(atMs: nowMs, partitions: lags, lags: sums), problems)
    }

    private func partitions(of worker: String, _ counts: [String: Int32]) -> [TopicPartition] {
        configuration.topics(of: worker).flatMap { topic in
            (0..<counts[topic, default: 0]).map { TopicPartition(topic, $0) }
        }
    }

    private func partitionLags(_ committed: [(worker: String, offsets: [TopicPartition: Int64?])]) throws
        -> [PartitionLag]
    {
        let all = Set(committed.flatMap(\.offsets.keys)).sorted()
        let uncommitted = Set(committed.flatMap { $0.offsets.filter { $0.value == nil }.keys }).sorted()
        let beginnings = try admin.beginningOffsets(uncommitted, timeoutMs: Self.timeoutMs)
        // The ends come last, so that a group that commits meanwhile is not ahead of them.
        let ends = try admin.endOffsets(all, isolation: .readUncommitted, timeoutMs: Self.timeoutMs)
        var lags: [PartitionLag] = []
        for (worker, offsets) in committed {
            for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
                guard let end = ends[partition] else { continue }
                lags.append(
                    PartitionLag(
                        group: configuration.group(of: worker),
                        topic: partition.topic,
                        partition: partition.partition,
                        committed: offset,
                        beginning: beginnings[partition],
                        end: end
                    )
                )
            }
        }
        return lags
    }
}
