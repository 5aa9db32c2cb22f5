// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import JSON
import Kafka
import KafkaTestSupport
import Synchronization
import Testing

@testable import Operations

@Suite("syncctl on Apache Kafka", .enabled(if: RealBroker.home != nil, "KAFKA_HOME names no Apache Kafka"))
struct OperationsClusterTests {
    private func run(_ broker: RealBroker, _ arguments: String...) -> (status: Int32, output: String) {
        let output = Mutex("")
        let console = Console { text in
            output.withLock { $0 += text }
        } errors: { text in
            output.withLock { $0 += text }
        }
        let status = Syncctl.command().run(
            arguments: arguments,
            console: console,
            environment: ["KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers]
        )
        return (status, output.withLock { $0 })
    }

    /// What `kafka-consumer-groups.sh` says of a group: topic, partition, committed, end and lag of each line.
    private func kafkasOwnLag(_ home: String, _ broker: RealBroker, _ group: String) throws -> Set<[String]> {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(home)/bin/kafka-consumer-groups.sh")
        process.arguments = ["--bootstrap-server", broker.bootstrapServers, "--describe", "--group", group]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["LOG_DIR": FileManager.default.temporaryDirectory.path]
        ) { _, own in own }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return Set(rows.filter { $0.first == group && $0.count >= 6 }.map { Array($0[1...5]) })
    }

    @Test(.timeLimit(.minutes(3)))
    func appliesTopicsAndCountsLagAsKafkaDoes() throws {
        let home = try #require(RealBroker.home)
        let broker = try RealBroker(home: home)
        defer { broker.stop() }
        let applied = run(broker, "topics", "apply")
        #expect(applied.status == 0, "\(applied.output)")
        #expect(run(broker, "topics", "check").status == 0)
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        try admin.alterTopicConfiguration("bc.changes.items", ["retention.ms": "1000"])
        try waitUntil(within: .seconds(30), "the setting") {
            let settings = try admin.topicConfiguration(["bc.changes.items"])
            return settings["bc.changes.items"]?["retention.ms"] == "1000" ? () : nil
        }
        let check = run(broker, "topics", "check")
        #expect(check.status == 1)
        #expect(check.output.contains("bc.changes.items has retention.ms=1000, needs 604800000"))

        // A plain record, and one of a transaction, whose marker counts for Kafka's tools too.
        let customers = TopicPartition("bc.changes.customers", 2)
        let producer = try Producer(configuration: broker.configuration(), observer: nil)
        try producer.produce(topic: customers.topic, partition: 2, key: [1], value: [1])
        try producer.flush(timeoutMs: 10_000)
        producer.close()
        let transactional = try TransactionalProducer(
            configuration: broker.configuration(),
            transactionalID: "lag",
            observer: nil
        )
        try transactional.initTransactions(timeoutMs: 30_000)
        try transactional.begin()
        try transactional.produce(topic: customers.topic, partition: 2, key: nil, value: nil)
        try transactional.commit(timeoutMs: 30_000)
        transactional.close()
        try waitUntil(within: .seconds(30), "the group's coordinator") {
            do {
                try admin.alterGroupOffsets("account-worker", [customers: 1, TopicPartition(customers.topic, 0): 0])
                return ()
            } catch let error as KafkaError where error.disposition == .retriable {
                return nil
            }
        }

        let theirs = try kafkasOwnLag(home, broker, "account-worker")
        #expect(theirs.contains(["bc.changes.customers", "2", "1", "3", "2"]))
        let report = try JSONDocument().parse(run(broker, "lag", "-g", "account-worker", "--json").output)
        var ours: Set<[String]> = []
        for row in report["partitions"]?.elements.map({ $0 }) ?? [] {
            guard let committed = row["committed"]?.rawText else { continue }
            ours.insert([
                row["topic"]?.string ?? "", row["partition"]?.rawText ?? "", committed, row["end"]?.rawText ?? "",
                row["lag"]?.rawText ?? "",
            ])
        }
        #expect(ours == theirs)
    }
}
