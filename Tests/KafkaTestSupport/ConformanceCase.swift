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

    func producer() throws -> any ProducerClient {
        try cluster.clients.makeProducer(cluster.configuration(), observer: nil)
    }

    func transactional(_ id: String, _ properties: [String: String] = [:]) throws -> any TransactionalClient {
        let producer = try cluster.clients.makeTransactionalProducer(
            cluster.configuration(properties),
            transactionalID: "\(name)-\(id)",
            observer: nil
        )
        try producer.initTransactions(timeoutMs: 30_000)
        return producer
    }

    func pair(_ properties: [String: String] = [:]) throws -> ProducerPair {
        let pair = try ProducerPair(
            configuration: cluster.configuration(properties),
            transactionalIDPrefix: name,
            observer: { _ in nil },
            clients: cluster.clients
        )
        try pair.initTransactions(timeoutMs: 30_000)
        return pair
    }

    func reader(_ properties: [String: String] = [:]) throws -> any ConsumerClient {
        try cluster.clients.makeConsumer(cluster.configuration(properties), group: nil, observer: nil)
    }

    func member(_ properties: [String: String] = [:]) throws -> any ConsumerClient {
        try cluster.clients.makeConsumer(cluster.configuration(properties), group: name, observer: nil)
    }

    func admin() throws -> any AdminClient {
        try cluster.clients.makeAdmin(cluster.configuration(), observer: nil)
    }

    /// A reader with all of librdkafka's calls.
    func wholeReader() throws -> Consumer {
        try Consumer(configuration: cluster.configuration(), group: nil, observer: nil)
    }

    /// An admin client with all of librdkafka's calls.
    func wholeAdmin() throws -> Admin {
        try Admin(configuration: cluster.configuration(), observer: nil)
    }

    /// Everything in the partitions, from their beginnings; where transactions have just ended, once their ends are there.
    func contents(_ partitions: [TopicPartition], isolation: String = "read_committed") throws -> [RecordedMessage] {
        if cluster.capabilities.contains(.stableOffsets) { try waitForStableEnds(of: partitions) }
        let reader = try reader(["isolation.level": isolation])
        defer { reader.close() }
        try reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.beginning) }))
        return try reader.readToEnd(of: partitions)
    }

    private func waitForStableEnds(of partitions: [TopicPartition]) throws {
        let admin = try admin()
        defer { admin.close() }
        try waitUntil(within: .seconds(30), "the ends of transactions") {
            let stable = try admin.endOffsets(partitions, isolation: .readCommitted, timeoutMs: 10_000)
            return try admin.endOffsets(partitions, isolation: .readUncommitted, timeoutMs: 10_000) == stable ? () : nil
        }
    }

    /// Puts texts into a partition, in order.
    func fill(_ partition: TopicPartition, _ texts: [String]) throws {
        let producer = try producer()
        defer { producer.close() }
        for text in texts { try producer.send(text, to: partition) }
        try producer.flush(timeoutMs: 30_000)
    }
}

extension RecordQueue {
    func send(_ text: String, to partition: TopicPartition) throws {
        try Array(text.utf8).withUnsafeBytes { try produce(to: partition, key: nil, value: $0) }
    }

    func produce(
        to partition: TopicPartition,
        key: UnsafeRawBufferPointer? = nil,
        value: UnsafeRawBufferPointer? = nil,
        headers: [Header] = [],
        timestampMs: Int64? = nil
    ) throws {
        try produce(
            topic: partition.topic,
            partition: partition.partition < 0 ? nil : partition.partition,
            key: key,
            value: value,
            headers: headers,
            timestampMs: timestampMs
        )
    }
}
