// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka

/// An Apache Kafka of its own: one process or several on free loopback ports, their data in a temporary directory.
///
/// It ends with `stop()`, and also when this process ends in any other way.
public final class RealBroker: TestCluster, Sendable {
    /// Where Kafka lies, from `KAFKA_HOME`; nil where the tests that need it are to be skipped.
    public static var home: String? { ProcessInfo.processInfo.environment["KAFKA_HOME"] }

    /// `bootstrap.servers` of its clients.
    public let bootstrapServers: String
    /// `bootstrap.servers` of clients in other networks of this machine; nil where none was asked for.
    public let remoteServers: String?
    /// All that there is.
    public let capabilities = Set(Capability.allCases)
    /// Where data and logs lie.
    public let path: String

    private let directory: URL
    private let nodes: [BrokerNode]

    /// Lays out the data directories, starts the brokers, each a controller too, and waits until they answer.
    ///
    /// Of several brokers each partition has a copy at three, two of which must have a record before it counts. At
    /// `remoteHost`, an address of this machine, clients in other networks reach them too.
    public init(home: String, count: Int = 1, remoteHost: String? = nil, properties: [String: String] = [:]) throws {
        let ports = try FreePort.reserve(3 * count)
        let places = (0..<count).map {
            BrokerNode.Place(
                id: $0 + 1,
                port: ports[3 * $0],
                controllerPort: ports[3 * $0 + 1],
                remotePort: ports[3 * $0 + 2]
            )
        }
        let root = FileManager.default.temporaryDirectory.appending(path: "kafka-\(UUID().uuidString)")
        directory = root
        path = root.path
        nodes = try places.map { place in
            let settings = Self.settings(place, among: places, remoteHost)
            return try BrokerNode(
                place,
                home: home,
                directory: count == 1 ? root : root.appending(path: "\(place.id)"),
                heap: count == 1 ? "512m" : "384m",
                settings: settings.merging(properties) { _, given in given }
            )
        }
        bootstrapServers = nodes.map(\.address).joined(separator: ",")
        remoteServers = remoteHost.map { host in places.map { "\(host):\($0.remotePort)" }.joined(separator: ",") }
        let formats = try nodes.map { try $0.format() }
        for format in formats { format.waitUntilExit() }
        try start()
    }

    deinit { stop() }

    /// How many brokers there are.
    public var count: Int { nodes.count }

    /// The process of the first broker; nil while it is stopped.
    public var processID: Int32? { nodes[0].processID }

    /// Starts all, on the same ports and data as before, and waits until they answer.
    public func start() throws {
        for node in nodes { try node.start() }
        for node in nodes { try node.awaitAnswer() }
        if count > 1 { try awaitWholeness(within: .seconds(120)) }
    }

    /// Kills all without warning (SIGKILL), and returns when they are gone.
    public func kill() {
        for node in nodes { node.kill() }
    }

    /// Stops all where they are: their connections stay, and nothing answers.
    public func pause() {
        for node in nodes { node.pause() }
    }

    /// Lets all go on.
    public func resume() {
        for node in nodes { node.resume() }
    }

    /// Kills one of several without warning.
    public func kill(_ index: Int) { nodes[index].kill() }

    /// Starts one that was killed, and waits until it answers; ``awaitWholeness(within:)`` waits for its copies.
    public func start(_ index: Int) throws {
        try nodes[index].start()
        try nodes[index].awaitAnswer()
    }

    /// Waits until the others take a broker that was killed for dead.
    public func awaitLoss(of index: Int, within limit: Duration) throws {
        guard let other = nodes.indices.first(where: { $0 != index }) else { return }
        try awaitReplication(of: nodes[other], within: limit, "broker \(index + 1) to be missed") {
            $0.brokers.count == count - 1
        }
    }

    /// Waits until every broker is there and every copy of every partition is in step, as each of them sees it.
    public func awaitWholeness(within limit: Duration) throws {
        for node in nodes {
            try awaitReplication(of: node, within: limit, "all copies to be in step") {
                $0.brokers.count == count && $0.behind == 0
            }
        }
    }

    private func awaitReplication(
        of node: BrokerNode,
        within limit: Duration,
        _ what: String,
        _ condition: (Admin.Replication) -> Bool
    ) throws {
        let admin = try Admin(configuration: KafkaConfiguration(["bootstrap.servers": node.address]), observer: nil)
        defer { admin.close() }
        try waitUntil(within: limit, "\(what); logs in \(path)") {
            if let found = try? admin.replication(timeoutMs: 5_000), condition(found) { return () }
            _ = admin.isReachable(timeoutMs: 100)
            // Nothing announces it, so it is asked for, a few times a second.
            Thread.sleep(forTimeInterval: 0.1)
            return nil
        }
    }

    /// Kills all and starts them again with what they held.
    public func killAndRestart() throws {
        kill()
        try start()
    }

    /// Ends all and removes their data.
    public func stop() {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Creates a topic by the admin client, and waits until clients can see it.
    public func makeTopic(_ name: String, partitions: Int32) throws {
        try makeTopic(name, partitions: partitions, configuration: [:])
    }

    /// Creates a topic with settings by the admin client, and waits until clients can see it.
    public func makeTopic(_ name: String, partitions: Int32, configuration settings: [String: String]) throws {
        let admin = try Admin(configuration: configuration(), observer: nil)
        defer { admin.close() }
        let topic = Admin.NewTopic(name, partitions: partitions, configuration: settings)
        if let error = try admin.createTopics([topic], timeoutMs: 30_000)[name, default: nil] { throw error }
        try waitUntil(within: .seconds(30), "topic \(name)") {
            try admin.topics(timeoutMs: 10_000)[name] == partitions ? () : nil
        }
    }

    private static func settings(
        _ place: BrokerNode.Place,
        among places: [BrokerNode.Place],
        _ remoteHost: String?
    ) -> [String: String] {
        var (names, advertised) = ("CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT", "PLAINTEXT://127.0.0.1:\(place.port)")
        if let remoteHost {
            names += ",REMOTE:PLAINTEXT"
            advertised += ",REMOTE://\(remoteHost):\(place.remotePort)"
        }
        let copies = min(places.count, 3)
        let needed = max(copies - 1, 1)
        return [
            "process.roles": "broker,controller",
            "controller.quorum.voters": places.map { "\($0.id)@127.0.0.1:\($0.controllerPort)" }
                .joined(separator: ","),
            "listeners": "\(advertised),CONTROLLER://127.0.0.1:\(place.controllerPort)",
            "advertised.listeners": advertised,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": names,
            "inter.broker.listener.name": "PLAINTEXT",
            "default.replication.factor": "\(copies)",
            "min.insync.replicas": "\(needed)",
            "offsets.topic.replication.factor": "\(copies)",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "\(copies)",
            "transaction.state.log.min.isr": "\(needed)",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "\(copies)",
            "share.coordinator.state.topic.min.isr": "\(needed)",
            "group.initial.rebalance.delay.ms": "0",
            "auto.create.topics.enable": "false",
            "log.cleaner.backoff.ms": "1000",
            // The project's largest message and what surrounds it.
            "message.max.bytes": "8454144",
        ]
    }
}
