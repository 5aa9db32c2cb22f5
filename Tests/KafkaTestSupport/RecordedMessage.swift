// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// A consumed record, copied, to compare.
public struct RecordedMessage: Hashable, Sendable {
    /// Where it lay.
    public var origin: TopicPartition
    /// Its offset.
    public var offset: Int64
    /// Its key; nil is null.
    public var key: [UInt8]?
    /// Its value; nil is null.
    public var value: [UInt8]?
    /// Its headers in order.
    public var headers: [Header]
    /// Its time.
    public var timestampMs: Int64

    /// Copies a message.
    public init(_ message: Message) {
        origin = message.topicPartition
        offset = message.offset
        key = message.key.map { Array($0) }
        value = message.value.map { Array($0) }
        headers = message.headers()
        timestampMs = message.timestampMs
    }

    /// The value as text; nil is null.
    public var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}

extension ConsumerClient {
    /// Polls until every assigned partition that was named has come to its end, and gives what came.
    public func readToEnd(of partitions: [TopicPartition], within limit: Duration = .seconds(30)) throws
        -> [RecordedMessage]
    {
        var open = Set(partitions)
        var messages: [RecordedMessage] = []
        return try waitUntil(within: limit, "the end of \(partitions)") {
            switch poll(timeoutMs: 100) {
            case .message(let message): messages.append(RecordedMessage(message))
            case .partitionEnd(let partition, _): open.remove(partition)
            case .error(let error): if error.disposition != .retriable { throw error }
            case nil: break
            }
            return open.isEmpty ? messages : nil
        }
    }
}
