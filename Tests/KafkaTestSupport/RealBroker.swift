// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import Synchronization

// Unchecked: everything that changes is behind the mutex.

/// An Apache Kafka of its own: one process on free loopback ports, its data in a temporary directory.
///
/// It ends with `stop()`, and also when this process ends in any other way.
public final class RealBroker: TestCluster, @unchecked Sendable {
    /// Where Kafka lies, from `KAFKA_HOME`; nil where the tests that need it are to be skipped.
    public static var home: String? { ProcessInfo.processInfo.environment["KAFKA_HOME"] }

    /// `bootstrap.servers` of its clients.
    public let bootstrapServers: String
    /// All that there is.
    public let capabilities = Set(Capability.allCases)

    private let home: String
    private let directory: URL
    private let running = Mutex<KillableProcess?>(nil)

    /// Lays out the data directory, starts the broker and waits until it answers.
    public init(home: String, properties: [String: String] = [:]) throws {
        self.home = home
        let ports = try FreePort.reserve(2)
        bootstrapServers = "127.0.0.1:\(ports[0])"
        directory = FileManager.default.temporaryDirectory.appending(path: "kafka-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Self.settings(ports: ports, directory: directory, properties)
            .write(to: directory.appending(path: "broker.properties"), atomically: true, encoding: .utf8)
        let format = try launch(
            "kafka-storage.sh",
            ["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", directory.appending(path: "broker.properties").path]
        )
        format.waitUntilExit()
        try start()
    }

    deinit { stop() }

    /// Its process; nil while it is stopped.
    public var processID: Int32? { running.withLock { $0?.processID } }

    /// Starts it, on the same ports and data as before, and waits until it answers.
    public func start() throws {
        let process = try launch(
            "kafka-server-start.sh",
            [directory.appending(path: "broker.properties").path],
        )
        running.withLock { $0 = process }
        let admin = try Admin(configuration: configuration(), observer: nil)
        defer { admin.close() }
        try waitUntil(within: .seconds(60), "the broker at \(bootstrapServers), see \(directory.path)/broker.log") {
            if !process.isRunning { throw ConformanceFailure("The broker ended, see \(directory.path)/broker.log") }
            return admin.isReachable(timeoutMs: 250) ? () : nil
        }
    }

    /// Kills it without warning (SIGKILL), and returns when it is gone.
    public func kill() {
        let process = running.withLock { process in
            defer { process = nil }
            return process
        }
        process?.kill()
    }

    /// Kills it and starts it again with what it held.
    public func killAndRestart() throws {
        kill()
        try start()
    }

    /// Ends it and removes its data.
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

    private func launch(_ script: String, _ arguments: [String]) throws -> KillableProcess {
        try KillableProcess(
            "\(home)/bin/\(script)",
            arguments,
            environment: [
                "KAFKA_HEAP_OPTS": "-Xms128m -Xmx512m",
                // Where the official scripts put their log files.
                "LOG_DIR": directory.path,
            ],
            log: directory.appending(path: "broker.log")
        )
    }

    private static func settings(ports: [UInt16], directory: URL, _ more: [String: String]) -> String {
        let settings = [
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": "1@127.0.0.1:\(ports[1])",
            "listeners": "PLAINTEXT://127.0.0.1:\(ports[0]),CONTROLLER://127.0.0.1:\(ports[1])",
            "advertised.listeners": "PLAINTEXT://127.0.0.1:\(ports[0])",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": directory.appending(path: "data").path,
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "auto.create.topics.enable": "false",
            "log.cleaner.backoff.ms": "1000",
            // The project's largest message and what surrounds it.
            "message.max.bytes": "8454144",
        ]
        return settings.merging(more) { _, given in given }
            .map { "\($0.key)=\($0.value)" }
            .sorted()
            .joined(separator: "\n")
    }
}
