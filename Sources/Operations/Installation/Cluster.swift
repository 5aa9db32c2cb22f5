// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Kafka

/// A Kafka cluster that has answered once.
final class Cluster {
    /// How long the first answer is waited for.
    static let reachTimeoutMs: Int32 = 8_000

    private let admin: Admin
    private let patience = Patience()
    /// The partition counts of the topics that exist.
    let partitionCounts: [String: Int32]
    private let configuration: KafkaConfiguration

    /// Connects, calls the body and disconnects.
    ///
    /// - Throws: what the body throws; Kafka's errors as command errors, with exit code 3 where it cannot be reached.
    static func with<Result>(_ installation: Installation, _ body: (Cluster) throws -> Result) throws -> Result {
        do {
            let cluster = try Cluster(installation.kafka)
            defer { cluster.admin.close() }
            return try body(cluster)
        } catch let error as KafkaError {
            throw CommandError("\(error)", error.disposition == .retriable ? .unreachable : .no)
        }
    }

    private init(_ configuration: KafkaConfiguration) throws {
        self.configuration = configuration
        let admin = try Admin(configuration: configuration, observer: nil)
        self.admin = admin
        do {
            partitionCounts = try patience.ask { try admin.topics(timeoutMs: Self.reachTimeoutMs) }
        } catch let error as KafkaError where error.disposition == .retriable {
            admin.close()
            let servers = configuration.properties["bootstrap.servers"] ?? ""
            throw CommandError("Kafka cannot be reached at \(servers): \(error.message)", .unreachable)
        }
    }

    /// Asks the cluster, again while its answer is one that passes by itself.
    func ask<Answer>(_ question: (Admin) throws -> Answer) throws -> Answer {
        try patience.ask { try question(admin) }
    }

    /// Waits until the broker knows topics that were created a moment ago.
    func awaitTopics(_ names: [String]) throws {
        try ask { admin in
            let found = try admin.topics(timeoutMs: Self.reachTimeoutMs)
            guard let missing = names.first(where: { found[$0] == nil }) else { return }
            throw KafkaError(code: 3, operation: "topics", partition: TopicPartition(missing, -1))
        }
    }

    /// The partitions of topics that have to exist.
    func partitions(of topics: [String]) throws(CommandError) -> [TopicPartition] {
        var partitions: [TopicPartition] = []
        for topic in topics {
            let count = try partitionCount(of: topic)
            partitions += (0..<count).map { TopicPartition(topic, $0) }
        }
        return partitions
    }

    /// The partition count of a topic that has to exist.
    func partitionCount(of topic: String) throws(CommandError) -> Int32 {
        guard let count = partitionCounts[topic] else {
            throw CommandError("topic \(topic) is missing; create it with 'syncctl topics apply'", .no)
        }
        return count
    }

    /// A reader outside any group.
    func makeReader(_ isolation: Admin.Isolation) throws -> Consumer {
        var configuration = configuration
        configuration.properties["isolation.level"] = isolation.rawValue
        return try Consumer(configuration: configuration, group: nil, observer: nil)
    }

    /// A producer whose queue is bounded.
    func makeProducer() throws -> Producer {
        var configuration = configuration
        configuration.properties["queue.buffering.max.kbytes"] = "65536"
        return try Producer(configuration: configuration, observer: nil)
    }

    /// Produces one record and waits until it has arrived.
    func produce(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = []
    ) throws {
        let producer = try makeProducer()
        defer { producer.close() }
        try producer.produce(topic: topic, partition: partition, key: key, value: value, headers: headers)
        try producer.flush(timeoutMs: 30_000)
    }
}
