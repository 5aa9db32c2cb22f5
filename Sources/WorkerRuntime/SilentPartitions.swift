// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// Notices partitions that have records and give none.
///
/// A consumer can lose the order that starts a partition (`Consumer.assign` says how in librdkafka): it tells nobody, its
/// member stays in the group, and nothing makes up for it. So the leaders are asked now and then; it costs one request
/// to each, however many partitions there are.
struct SilentPartitions {
    /// How often, and how long a partition may have records and give none, in milliseconds.
    static let intervalMs: Int64 = 30_000

    private var lastLook: Int64
    /// The positions of partitions that had records behind them at the last look.
    private var behind: [TopicPartition: Int64] = [:]

    /// Looks for the first time an interval after `now`.
    init(now: Int64) {
        lastLook = now
    }

    /// Looks if it is time; called only after polls that gave nothing.
    ///
    /// `positions` are those of the partitions that are read now, `ends` asks for their last stable offsets.
    ///
    /// - Returns: the partitions that had records at the last look already, and have not moved since.
    mutating func look(
        at now: Int64,
        _ positions: @autoclosure () -> [TopicPartition: Int64],
        ends: ([TopicPartition]) -> [TopicPartition: Int64]
    ) -> [TopicPartition] {
        guard now - lastLook >= Self.intervalMs else { return [] }
        lastLook = now
        let positions = positions()
        let silent = behind.filter { positions[$0.key] == $0.value }.keys.sorted()
        behind = [:]
        guard silent.isEmpty, !positions.isEmpty else { return silent }
        let ends = ends(positions.keys.sorted())
        behind = positions.filter { $0.value < ends[$0.key] ?? 0 }
        return []
    }
}
