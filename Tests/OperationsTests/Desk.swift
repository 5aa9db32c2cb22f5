// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import JSON
import Kafka
import Synchronization
import SyncModel
import Testing
import TopicCatalog

@testable import Operations

/// An operator's desk: an embedded broker with all topics, and `syncctl` with its output kept.
final class Desk {
    /// What a command left behind.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    static let now: Int64 = 1_767_225_600_000
    static let prefix = "test."

    let broker: EmbeddedBroker

    /// Starts a broker with those topics of the catalog whose names begin so.
    ///
    /// Few, since the embedded broker may take a second for each.
    convenience init(_ beginnings: String...) throws {
        try self.init(beginnings)
    }

    /// The same, of a list.
    init(_ beginnings: [String]) throws {
        broker = try EmbeddedBroker()
        for topic in try TopicCatalog.bundled().topics where beginnings.contains(where: topic.name.hasPrefix) {
            try broker.createTopic(Self.prefix + topic.name, partitions: topic.partitions)
        }
    }

    deinit { broker.close() }

    /// Runs `syncctl`.
    func run(_ arguments: String..., width: Int? = nil, environment: [String: String] = [:]) -> Outcome {
        run(arguments, width: width, environment: environment)
    }

    /// The same, of a list.
    func run(_ arguments: [String], width: Int? = nil, environment: [String: String] = [:]) -> Outcome {
        let output = Mutex("")
        let errors = Mutex("")
        let console = Console(width: width) { text in
            output.withLock { $0 += text }
        } errors: { text in
            errors.withLock { $0 += text }
        }
        let given = ["KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "SYNC_TOPIC_PREFIX": Self.prefix]
        let status = Syncctl.command(now: { Self.now }).run(
            arguments: arguments,
            console: console,
            environment: given.merging(environment) { _, own in own }
        )
        return Outcome(status: status, output: output.withLock { $0 }, errors: errors.withLock { $0 })
    }

    /// Produces a record.
    func produce(
        _ topic: String,
        partition: Int32? = nil,
        key: String?,
        value: [UInt8]?,
        headers: [Header] = []
    ) throws {
        let producer = try Producer(configuration: configuration, observer: nil)
        defer { producer.close() }
        let key = key.map { Array($0.utf8) }
        try producer.produce(topic: Self.prefix + topic, partition: partition, key: key, value: value, headers: headers)
        try producer.flush(timeoutMs: 10_000)
    }

    /// Produces couplings of a worker.
    func produce(_ couplings: [Coupling], of worker: String, partition: Int32 = 0) throws {
        for coupling in couplings {
            var writer = JSONWriter()
            coupling.write(to: &writer)
            let key = coupling.pairKey.description
            try produce("sync.couplings.\(worker)", partition: partition, key: key, value: writer.bytes)
        }
    }

    /// Verdicts as a coordinator's sign of life has them.
    static let stalled = #"{"verdict":"stalled","reason":"nothing committed for 31 s","rate":0.0}"#
    static let heldBack = #"{"verdict":"held-back","reason":"held back by its closed gate","rate":0.5}"#

    /// Produces a coordinator's sign of life.
    func produceCoordinator(_ instance: String, _ state: String, at: String, _ verdicts: String) throws {
        let heartbeat = """
            {"type":"heartbeat","worker":"coordinator","instance":"\(instance)","state":"\(state)","at":"\(at)",\
            "partitions":[],"gateOpen":true,"records":{},"waiting":{},"failed":{},"verdicts":\(verdicts),"http":null}
            """
        try produce("sync.status", key: "coordinator/\(instance)", value: Array(heartbeat.utf8))
    }

    /// All records of a topic, by partition and offset.
    func records(_ topic: String) throws -> [Message] {
        let admin = try Admin(configuration: configuration, observer: nil)
        defer { admin.close() }
        let topic = Self.prefix + topic
        let count = try #require(try admin.topics(timeoutMs: 10_000)[topic])
        let partitions = (0..<count).map { TopicPartition(topic, $0) }
        var left = try admin.endOffsets(partitions, isolation: .readUncommitted).filter { $0.value > 0 }
        if left.isEmpty { return [] }
        let consumer = try Consumer(configuration: configuration, group: nil, observer: nil)
        defer { consumer.close() }
        try consumer.assign(left.mapValues { _ in 0 })
        var found: [Message] = []
        while !left.isEmpty {
            guard case .message(let message)? = consumer.poll(timeoutMs: 10_000) else { continue }
            found.append(message)
            if message.offset + 1 == left[message.topicPartition] { left[message.topicPartition] = nil }
        }
        return found.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    /// Commits offsets of a group.
    func commit(_ offsets: [TopicPartition: Int64], group: String) throws {
        let admin = try Admin(configuration: configuration, observer: nil)
        defer { admin.close() }
        try admin.alterGroupOffsets(group, offsets)
    }

    var configuration: KafkaConfiguration { KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers]) }
}

extension Message {
    /// The key as text.
    var keyText: String? { key.map { String(decoding: $0, as: UTF8.self) } }
    /// The value as text.
    var valueText: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
