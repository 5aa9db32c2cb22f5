// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka

/// A Kafka cluster that has answered once.
package final class Cluster {
    /// How long the first answer is waited for.
    package static let reachTimeoutMs: Int32 = 8_000

    /// Whether somebody wants to end; what is under way is then given up.
    let isStopping: () -> Bool
    private let admin: Admin
    private let patience: Patience
    /// The partition counts of the topics that exist.
    package let partitionCounts: [String: Int32]
    private let configuration: KafkaConfiguration

    /// Connects; to be closed when done.
    ///
    /// - Throws: `InspectionError.unreachable` where nothing answers.
    package init(_ configuration: KafkaConfiguration, isStopping: @escaping () -> Bool = { false }) throws {
        self.configuration = configuration
        self.isStopping = isStopping
        let patience = Patience(isStopping: isStopping)
        let admin = try Admin(configuration: configuration, observer: nil)
        self.patience = patience
        self.admin = admin
        do {
            partitionCounts = try patience.ask { try admin.topics(timeoutMs: Self.reachTimeoutMs) }
        } catch let error as KafkaError where error.disposition == .retriable {
            admin.close()
            let servers = configuration.properties["bootstrap.servers"] ?? ""
            throw InspectionError(.unreachable, "Kafka cannot be reached at \(servers): \(error.message)")
        }
    }

    /// Disconnects.
    package func close() { admin.close() }

    /// Asks the cluster, again while its answer is one that passes by itself.
    package func ask<Answer>(_ question: (Admin) throws -> Answer) throws -> Answer {
        try patience.ask { try question(admin) }
    }

    /// Waits until the broker knows topics that were created a moment ago.
    package func awaitTopics(_ names: [String]) throws {
        try ask { admin in
            let found = try admin.topics(timeoutMs: Self.reachTimeoutMs)
            guard let missing = names.first(where: { found[$0] == nil }) else { return }
            throw KafkaError(code: 3, operation: "topics", partition: TopicPartition(missing, -1))
        }
    }

    /// The partitions of topics that have to exist.
    package func partitions(of topics: [String]) throws(InspectionError) -> [TopicPartition] {
        var partitions: [TopicPartition] = []
        for topic in topics {
            let count = try partitionCount(of: topic)
            partitions += (0..<count).map { TopicPartition(topic, $0) }
        }
        return partitions
    }

    /// The partition count of a topic that has to exist.
    package func partitionCount(of topic: String) throws(InspectionError) -> Int32 {
        guard let count = partitionCounts[topic] else {
            throw InspectionError(.refused, "topic \(topic) is missing; create it with 'syncctl topics apply'")
        }
        return count
    }

    /// A reader outside any group.
    package func makeReader(_ isolation: Admin.Isolation) throws -> Consumer {
        var configuration = configuration
        configuration.properties["isolation.level"] = isolation.rawValue
        return try Consumer(configuration: configuration, group: nil, observer: nil)
    }

    /// A producer whose queue is bounded.
    package func makeProducer() throws -> Producer {
        var configuration = configuration
        configuration.properties["queue.buffering.max.kbytes"] = "65536"
        return try Producer(configuration: configuration, observer: nil)
    }

    /// Produces one record and waits until it has arrived.
    package func produce(
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
