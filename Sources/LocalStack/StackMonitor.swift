// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Foundation
import JSON
public import Kafka
public import SyncModel

/// What a stack's topics say, read whole and kept in memory: couplings, outbound changes, dead letters.
public final class StackMonitor {
    /// An outbound change as seen.
    public struct Change: Sendable {
        /// The change's id.
        public var id: String
        /// The pair.
        public var pairKey: String
        /// What it does.
        public var operation: String
        /// The target's entity set.
        public var entity: String
        /// The whole value.
        public var value: [UInt8]
        /// When it was published, in milliseconds since 1970.
        public var publishedAt: Int64
        /// Topic, partition and offset of the event whose values it carries.
        public var causation: String
    }

    /// The newest coupling of every pair.
    public private(set) var couplings: [String: Coupling] = [:]
    /// The outbound changes in the order in which they were seen.
    public private(set) var changes: [Change] = []
    /// Events that could not be read.
    public private(set) var deadLetters = 0
    /// Pairs that once had to wait, and the mapping they waited for first.
    public private(set) var everWaited: [String: String] = [:]
    /// Events read from change topics, by entity.
    public private(set) var events: [String: Int] = [:]
    /// How many coupling records were seen.
    public private(set) var couplingRecords = 0

    /// Looks at every record as it is taken; a message must not be kept.
    public var onRecord: ((Message) -> Void)?

    private let consumer: Consumer
    private let prefix: String
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
    private let capture: FileHandle?
    private var writer = JSONWriter()

    /// Begins at the beginning of the topics.
    ///
    /// Every record is also written to `capture`, where one is given, as one JSON line.
    public init(
        kafka: KafkaConfiguration,
        partitions: [TopicPartition],
        topicPrefix: String = "",
        capture: FileHandle? = nil
    ) throws {
        prefix = topicPrefix
        self.capture = capture
        consumer = try Consumer(configuration: kafka, group: nil, observer: nil)
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.beginning) }))
    }

    /// Takes what has arrived.
    ///
    /// - Returns: how many records were taken.
    @discardableResult
    public func take(timeoutMs: Int32, limit: Int = 10_000) throws -> Int {
        var taken = 0
        while taken < limit {
            switch consumer.poll(timeoutMs: taken == 0 ? timeoutMs : 0) {
            case .message(let message):
                try take(message)
                taken += 1
            case .partitionEnd: continue
            case .error, nil: return taken
            }
        }
        return taken
    }

    private func take(_ message: Message) throws {
        let topic = String(message.topic.dropFirst(prefix.count))
        onRecord?(message)
        if let capture { try write(message, topic, to: capture) }
        let names = SyncTopics()
        if let entity = names.member(topic, of: .changes) {
            events[entity, default: 0] += 1
        } else if names.member(topic, of: .couplings) != nil {
            try takeCoupling(message)
        } else if names.member(topic, of: .outbound) != nil, let value = message.value {
            takeChange(try document.parse(value), Array(value), at: message.timestampMs)
        } else if topic == names.deadLetters {
            deadLetters += 1
        }
    }

    private func takeCoupling(_ message: Message) throws {
        couplingRecords += 1
        guard let key = message.key else { return }
        let pair = String(decoding: key, as: UTF8.self)
        guard let value = message.value else {
            couplings[pair] = nil
            return
        }
        let coupling = try Coupling(try document.parse(value))
        if let reference = coupling.waiting?.waitsFor.first, reference.reason != .inFlight, everWaited[pair] == nil {
            everWaited[pair] = reference.mapping
        }
        couplings[pair] = coupling
    }

    private func takeChange(_ change: JSONValue, _ value: [UInt8], at time: Int64) {
        let cause = change["causation"]
        let path = [cause?["topic"]?.string, cause?["partition"]?.numberText, cause?["offset"]?.numberText]
        changes.append(
            Change(
                id: change["changeId"]?.string ?? "",
                pairKey: change["pairKey"]?.string ?? "",
                operation: change["operation"]?.string ?? "",
                entity: change["entity"]?.string ?? "",
                value: value,
                publishedAt: time,
                causation: path.compactMap { $0 }.joined(separator: "/")
            )
        )
    }

    /// One line for each record: what a schema check needs.
    private func write(_ message: Message, _ topic: String, to file: FileHandle) throws {
        writer.removeAll()
        writer.beginObject()
        writer.key("topic")
        writer.string(topic)
        writer.key("key")
        if let key = message.key { writer.string(String(decoding: key, as: UTF8.self)) } else { writer.null() }
        writer.key("headers")
        writer.beginObject()
        for header in message.headers() {
            writer.key(header.name)
            writer.string(String(decoding: header.value ?? [], as: UTF8.self))
        }
        writer.endObject()
        writer.key("value")
        if let value = message.value {
            if (try? document.parse(value)) != nil {
                writer.raw(value)
            } else {
                writer.string(String(decoding: value, as: UTF8.self))
            }
        } else {
            writer.null()
        }
        writer.endObject()
        try file.write(contentsOf: Data(writer.bytes + [0x0a]))
    }

    /// Frees the reader.
    public func close() {
        consumer.close()
    }
}
