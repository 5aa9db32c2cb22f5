// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import Kafka
import KafkaTestSupport

/// What a reader that hides aborted records finds in the outbound topics, and the versions of the events behind it.
public struct Published {
    /// An outbound change as published.
    public struct Change: Sendable {
        /// The change's id.
        public var id: String
        /// The pair.
        public var pairKey: String
        /// The table mapping.
        public var mapping: String
        /// What it does.
        public var operation: String
        /// Topic, partition and offset of the event whose values it carries, joined by `|`.
        public var causation: String
    }

    /// The changes by topic and partition, in their order.
    public private(set) var changes: [TopicPartition: [Change]] = [:]
    /// The versions of the events, by topic, partition and offset, joined by `|`.
    public private(set) var versions: [String: Int64] = [:]
    /// Dead letters.
    public private(set) var deadLetters = 0

    private var newest: [String: Int64] = [:]
    private let document = JSONDocument()

    /// Reads everything from its beginning to its present end.
    public init(_ fleet: Fleet, limit: Duration = .seconds(120)) throws {
        let consumer = try Consumer(configuration: fleet.broker.configuration(), group: nil, observer: nil)
        defer { consumer.close() }
        let partitions = fleet.partitions(of: ["bc.changes.", "crm.outbound.", "sync.dead-letters"])
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.beginning) }))
        var open = Set(partitions)
        try waitUntil(within: limit, "the end of what was published; still open: \(open.count) partitions") {
            for _ in 0..<1_000 where !open.isEmpty {
                switch consumer.poll(timeoutMs: 100) {
                case .message(let message): try take(message, prefix: fleet.prefix)
                case .partitionEnd(let partition, _): open.remove(partition)
                case .error(let error): if error.disposition != .retriable { throw error }
                case nil: break
                }
            }
            return open.isEmpty ? () : nil
        }
    }

    /// Begins with nothing.
    public init() {}

    private mutating func take(_ message: Message, prefix: String) throws {
        try take(message, topic: String(message.topic.dropFirst(prefix.count)))
    }

    /// Takes the next record of a partition; `topic` is the topic's name without prefix.
    public mutating func take(_ message: Message, topic: String) throws {
        if topic == "sync.dead-letters" {
            deadLetters += 1
            return
        }
        if topic.hasPrefix("bc.changes.") { return try takeEvent(message, topic) }
        guard let value = message.value else { return }
        let json = try document.parse(value)
        let cause = json["causation"]
        let path = [cause?["topic"]?.string, cause?["partition"]?.numberText, cause?["offset"]?.numberText]
        changes[message.topicPartition, default: []].append(
            Change(
                id: json["changeId"]?.string ?? "",
                pairKey: json["pairKey"]?.string ?? "",
                mapping: json["mapping"]?.string ?? "",
                operation: json["operation"]?.string ?? "",
                causation: path.compactMap { $0 }.joined(separator: "|")
            )
        )
    }

    private mutating func takeEvent(_ message: Message, _ topic: String) throws {
        let key = message.key.map { "\(topic)|\(message.partition)|\(String(decoding: $0, as: UTF8.self))" }
        var version: Int64?
        if let value = message.value {
            // The time grows with the version, and both forms of event have it.
            let json = try document.parse(value)
            version = (json["payload"] ?? json)["ts_ms"]?.int64
            if let key { newest[key] = version }
        } else if let key {
            // A tombstone follows the delete that it belongs to.
            version = newest[key]
        }
        versions["\(topic)|\(message.partition)|\(message.offset)"] = version
    }

    /// How many changes there are.
    public var count: Int { changes.values.reduce(0) { $0 + $1.count } }
}
