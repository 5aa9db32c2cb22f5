// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// One behaviour that the library promises on every broker with the capabilities that it needs.
public struct ConformanceCase: Sendable, CustomStringConvertible {
    /// What is promised.
    public let description: String
    /// Without these a broker is not asked.
    public let needs: Set<Capability>
    private let body: @Sendable (Bench) throws -> Void

    init(_ description: String, needs: Set<Capability> = [], _ body: @escaping @Sendable (Bench) throws -> Void) {
        self.description = description
        self.needs = needs
        self.body = body
    }

    /// Runs on the cluster; throws what was not as promised.
    public func run(on cluster: any TestCluster) throws {
        try body(Bench(cluster))
    }

    /// Every case.
    public static var all: [ConformanceCase] {
        recordCases + readingCases + groupCases + transactionCases + adminCases
    }

    /// The cases that a broker with these capabilities has to pass.
    public static func all(for capabilities: Set<Capability>) -> [ConformanceCase] {
        all.filter { $0.needs.isSubset(of: capabilities) }
    }
}

/// A cluster with the names and clients of one case, so that cases do not meet.
struct Bench {
    let cluster: any TestCluster
    /// Part of every topic, group and transactional id of this case.
    let name = "case-\(UInt32.random(in: 0..<UInt32.max))"

    init(_ cluster: any TestCluster) {
        self.cluster = cluster
    }

    func topic(_ suffix: String = "records", partitions: Int32 = 1) throws -> String {
        let topic = "\(name).\(suffix)"
        try cluster.makeTopic(topic, partitions: partitions)
        return topic
    }

    func producer() throws -> Producer {
        try Producer(configuration: cluster.configuration(), observer: nil)
    }

    func transactional(_ id: String, _ properties: [String: String] = [:]) throws -> TransactionalProducer {
        let producer = try TransactionalProducer(
            configuration: cluster.configuration(properties),
            transactionalID: "\(name)-\(id)",
            observer: nil
        )
        try producer.initTransactions(timeoutMs: 30_000)
        return producer
    }

    func reader(_ properties: [String: String] = [:]) throws -> Consumer {
        try Consumer(configuration: cluster.configuration(properties), group: nil, observer: nil)
    }

    func member(_ properties: [String: String] = [:]) throws -> Consumer {
        try Consumer(configuration: cluster.configuration(properties), group: name, observer: nil)
    }

    func admin() throws -> Admin {
        try Admin(configuration: cluster.configuration(), observer: nil)
    }

    /// Everything in the partitions, from their beginnings.
    func contents(_ partitions: [TopicPartition], isolation: String = "read_committed") throws -> [RecordedMessage] {
        let reader = try reader(["isolation.level": isolation])
        defer { reader.close() }
        try reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.beginning) }))
        return try reader.readToEnd(of: partitions)
    }

    /// Puts texts into a partition, in order.
    func fill(_ partition: TopicPartition, _ texts: [String]) throws {
        let producer = try producer()
        defer { producer.close() }
        for text in texts { try producer.send(text, to: partition) }
        try producer.flush(timeoutMs: 30_000)
    }
}

extension Producer {
    func send(_ text: String, to partition: TopicPartition) throws {
        try Array(text.utf8).withUnsafeBytes {
            try produce(topic: partition.topic, partition: partition.partition, key: nil, value: $0)
        }
    }
}

extension TransactionalProducer {
    func send(_ text: String, to partition: TopicPartition) throws {
        try Array(text.utf8).withUnsafeBytes {
            try produce(topic: partition.topic, partition: partition.partition, key: nil, value: $0)
        }
    }
}
