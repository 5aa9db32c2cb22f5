// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// The clients of one process of a simulated cluster.
public struct SimulatedClients: KafkaClients {
    private let process: SimulatedProcess

    /// Makes the clients of a process.
    public init(_ process: SimulatedProcess) {
        self.process = process
    }

    /// Makes a consumer.
    public func makeConsumer(
        _ configuration: KafkaConfiguration,
        group: String?,
        observer: (any KafkaObserver)?
    ) -> any ConsumerClient {
        SimulatedConsumer(process, configuration.properties, group: group)
    }

    /// Makes a producer without transactions.
    public func makeProducer(
        _ configuration: KafkaConfiguration,
        observer: (any KafkaObserver)?
    ) -> any ProducerClient {
        SimulatedProducer(process)
    }

    /// Makes a producer with transactions.
    public func makeTransactionalProducer(
        _ configuration: KafkaConfiguration,
        transactionalID: String,
        observer: (any KafkaObserver)?
    ) -> any TransactionalClient {
        SimulatedTransactionalProducer(process, configuration.properties, transactionalID: transactionalID)
    }

    /// Makes an admin client.
    public func makeAdmin(_ configuration: KafkaConfiguration, observer: (any KafkaObserver)?) -> any AdminClient {
        SimulatedAdmin(process)
    }
}

/// Asks for topics, offsets and groups.
final class SimulatedAdmin: AdminClient {
    private let process: SimulatedProcess
    private var isClosed = false

    init(_ process: SimulatedProcess) {
        self.process = process
    }

    func topics(timeoutMs: Int32) throws -> [String: Int32] {
        try process.call("topics") { process.cluster.topics }
    }

    func endOffsets(
        _ partitions: [TopicPartition],
        isolation: Admin.Isolation,
        timeoutMs: Int32
    ) throws -> [TopicPartition: Int64] {
        try process.call("end offsets") {
            var ends: [TopicPartition: Int64] = [:]
            for partition in partitions {
                ends[partition] = process.cluster.end(of: partition, isStable: isolation == .readCommitted)
            }
            return ends
        }
    }

    func beginningOffsets(_ partitions: [TopicPartition], timeoutMs: Int32) throws -> [TopicPartition: Int64] {
        try process.call("beginning offsets") { Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) }) }
    }

    func groupOffsets(
        _ group: String,
        _ partitions: [TopicPartition]?,
        timeoutMs: Int32
    ) throws -> [TopicPartition: Int64?] {
        try process.call("group offsets") {
            let committed = process.cluster.committed(group)
            return Dictionary(uniqueKeysWithValues: (partitions ?? Array(committed.keys)).map { ($0, committed[$0]) })
        }
    }

    func describeGroup(_ group: String, timeoutMs: Int32) throws -> GroupDescription {
        try process.call("describe group") {
            guard let known = process.cluster.knownGroup(group) else {
                return GroupDescription(group: group, state: .dead, members: [])
            }
            let members = known.members.map {
                GroupDescription.Member(id: $0.id, clientID: "", host: "", assignment: $0.assignment.sorted())
            }
            let state: GroupDescription.State =
                members.isEmpty ? .empty : known.isStable ? .stable : .preparingRebalance
            return GroupDescription(group: group, state: state, members: members)
        }
    }

    func close() {}
}
