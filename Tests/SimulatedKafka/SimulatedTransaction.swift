// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A transaction, and what of its end has not reached the partitions yet.
final class SimulatedTransaction {
    enum Outcome {
        case open
        case committed
        case aborted
    }

    private(set) var outcome = Outcome.open
    let startedAt: Int64
    private(set) var partitions: [TopicPartition] = []
    private(set) var offsets: [String: [TopicPartition: SimulatedGroup.Commit]] = [:]
    /// Where the marker is still to be written.
    var unmarked: [Place] = []

    /// Where a transaction has to be ended.
    enum Place {
        case partition(TopicPartition)
        case group(String)
    }

    init(startedAt: Int64) {
        self.startedAt = startedAt
    }

    var isEmpty: Bool { partitions.isEmpty && offsets.isEmpty }

    func touch(_ partition: TopicPartition) {
        if !partitions.contains(partition) { partitions.append(partition) }
    }

    func add(_ new: [TopicPartition: SimulatedGroup.Commit], of group: String) {
        offsets[group, default: [:]].merge(new) { _, new in new }
    }

    func end(_ outcome: Outcome) {
        self.outcome = outcome
        unmarked = partitions.map { .partition($0) } + offsets.keys.sorted().map { .group($0) }
    }
}

/// What the coordinator knows of a transactional id.
final class TransactionalID {
    let name: String
    var epoch = -1
    var timeoutMs: Int64 = 10_000
    var current: SimulatedTransaction?
    /// Ended, with markers that are on their way.
    var ending: SimulatedTransaction?
    /// Until then no marker goes out, since the coordinator has moved.
    var stuckUntil: Int64 = 0
    /// The producer whose records may be on their way.
    weak var sender: SimulatedTransactionalProducer?

    init(_ name: String) {
        self.name = name
    }
}
