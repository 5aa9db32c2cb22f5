// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why a worker cannot go on.
public enum WorkerError: Error, Sendable, CustomStringConvertible {
    /// A topic is missing.
    case topicMissing(String)
    /// A topic has another number of partitions than the worker's other topics.
    case partitionCount(topic: String, found: Int32, wanted: Int32)
    /// Another process has the same transactional ids.
    case fenced(instance: String)
    /// An effect outside a transaction: a programmer's mistake.
    case noTransaction
    /// The state could not be brought up to date.
    case restoreFailed(String)

    /// What is wrong, and what mends it, in one line.
    public var description: String {
        switch self {
        case .topicMissing(let topic):
            "topic \(topic) is missing; create it with: syncctl topics apply"
        case .partitionCount(let topic, let found, let wanted):
            "topic \(topic) has \(found) partitions, the worker's other topics have \(wanted); all must have the same, "
                + "compare with: syncctl topics check"
        case .fenced(let instance):
            "another process runs with the same SYNC_INSTANCE \"\(instance)\": this one is fenced; give each its own"
        case .noTransaction: "an effect outside a transaction"
        case .restoreFailed(let reason): "the local state cannot be brought up to date: \(reason)"
        }
    }
}
