// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why a worker cannot go on.
public enum WorkerError: Error, Sendable, CustomStringConvertible {
    /// A topic is missing.
    case topicMissing(String)
    /// A topic has another number of partitions than the worker's other topics.
    case partitionCount(topic: String, found: Int32, wanted: Int32)
    /// The instances of the worker read different topics, so that partition numbers do not go together.
    case subscriptionsDiffer(topics: [String])
    /// Another process has the same transactional ids.
    case fenced(instance: String)
    /// The file that keeps the instance's name is there and tells none.
    case instanceFile(path: String, problem: String)
    /// An effect outside a transaction: a programmer's mistake.
    case noTransaction

    /// One line that says what is wrong and what mends it.
    public var description: String {
        switch self {
        case .topicMissing(let topic):
            "topic \(topic) is missing; create it with: syncctl topics apply"
        case .partitionCount(let topic, let found, let wanted):
            "topic \(topic) has \(found) partitions, the worker's other topics have \(wanted); all must have the same. "
                + "See which one is wrong with: syncctl topics check; while it is empty it can be deleted and made anew with: "
                + "syncctl topics apply"
        case .subscriptionsDiffer(let topics):
            "this instance was assigned other partitions of \(topics.joined(separator: ", ")) than of its other topics: "
                + "another instance reads other topics; give all instances of a worker the same settings"
        case .fenced(let instance):
            "another process runs with the same SYNC_INSTANCE \"\(instance)\": this one is fenced; give each its own"
        case .instanceFile(let path, let problem):
            "\(path), which keeps the name of this instance, \(problem); mend it, or remove it for a new name"
        case .noTransaction: "an effect outside a transaction"
        }
    }
}
