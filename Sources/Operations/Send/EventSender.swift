// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import Kafka

/// Produces events and counts them by topic.
final class EventSender {
    private let cluster: Cluster
    private let producer: Producer
    /// Events by topic.
    private(set) var counts: [String: Int] = [:]

    init(_ cluster: Cluster) throws {
        self.cluster = cluster
        producer = try cluster.makeProducer()
    }

    /// All events handed over.
    var total: Int { counts.values.reduce(0, +) }

    /// Queues an event; a full queue is waited for.
    func send(_ event: EventLine) throws {
        if counts[event.topic] == nil { _ = try cluster.partitionCount(of: event.topic) }
        try producer.produce(topic: event.topic, partition: nil, key: event.key, value: event.value)
        counts[event.topic, default: 0] += 1
    }

    /// Waits until everything has arrived.
    ///
    /// - Throws: how many did not arrive, and why.
    func finish() throws {
        defer { producer.close() }
        do {
            try producer.flush(timeoutMs: 60_000)
        } catch let error as KafkaError {
            throw Self.failure(error, left: producer.outstanding, total: total)
        }
    }

    /// What to tell of events that did not arrive.
    ///
    /// - Parameters:
    ///   - error: why.
    ///   - left: those that nothing was heard of.
    ///   - total: all that were handed over.
    /// - Returns: the error that ends the command.
    static func failure(_ error: KafkaError, left: Int, total: Int) -> CommandError {
        let missing = left > 0 ? "\(left) of \(total)" : "at least one of \(total)"
        if error.isOfRepeat {
            let advice = "send the file again, workers know events that they have"
            return CommandError("\(missing) events may not have arrived: \(error.message); \(advice)", .no)
        }
        return CommandError(
            "\(missing) events did not arrive: \(error.message)",
            error.disposition == .retriable ? .unreachable : .no
        )
    }
}
