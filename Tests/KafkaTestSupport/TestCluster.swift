// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// A broker that the conformance suite runs on.
public protocol TestCluster: AnyObject {
    /// Makes its clients.
    var clients: any KafkaClients { get }
    /// `bootstrap.servers` of its clients.
    var bootstrapServers: String { get }
    /// What it can do.
    var capabilities: Set<Capability> { get }
    /// Creates a topic by whatever way the broker has.
    func makeTopic(_ name: String, partitions: Int32) throws
    /// Kills the broker without warning and starts it again with what it held.
    func killAndRestart() throws
}

extension TestCluster {
    /// librdkafka's.
    public var clients: any KafkaClients { LibrdkafkaClients() }

    /// Properties that reach this broker, with others on top.
    public func configuration(_ properties: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(["bootstrap.servers": bootstrapServers].merging(properties) { _, given in given })
    }
}

extension EmbeddedBroker: TestCluster {
    /// Records and transactions as such; nothing that needs their state.
    public var capabilities: Set<Capability> { [.transactions, .wholeClients] }

    /// Creates a topic of the mock cluster.
    public func makeTopic(_ name: String, partitions: Int32) throws {
        try createTopic(name, partitions: partitions)
    }

    /// Not possible: the mock cluster holds everything in memory.
    public func killAndRestart() throws {
        throw ConformanceFailure("The embedded broker cannot be restarted.")
    }
}
