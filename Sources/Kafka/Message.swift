// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

internal import CLibrdkafka

/// A consumed record; its buffers are valid as long as the object lives.
public final class Message {
    /// The topic's name.
    public let topic: String
    /// The partition's number.
    public let partition: Int32
    /// The record's offset.
    public let offset: Int64

    private let pointer: UnsafeMutablePointer<rd_kafka_message_t>
    /// Freed after the message.
    private let client: Client

    init(owning pointer: UnsafeMutablePointer<rd_kafka_message_t>, of client: Client, topic: String) {
        self.pointer = pointer
        self.client = client
        self.topic = topic
        partition = pointer.pointee.partition
        offset = pointer.pointee.offset
    }

    deinit { rd_kafka_message_destroy(pointer) }

    /// The partition it was read from.
    public var topicPartition: TopicPartition { TopicPartition(topic, partition) }

    /// The record's time in milliseconds since 1970; -1 where it has none.
    public var timestampMs: Int64 { rd_kafka_message_timestamp(pointer, nil) }

    /// The key; nil is a null key, which is not the same as an empty one.
    public var key: UnsafeRawBufferPointer? {
        pointer.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.key_len) }
    }

    /// The value; nil is a tombstone, which is not the same as an empty value.
    public var value: UnsafeRawBufferPointer? {
        pointer.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.len) }
    }

    /// The last header's value of this name, copied; nil where there is none, or its value is null.
    public func header(_ name: String) -> [UInt8]? {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(pointer, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_header_get_last(list, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
    }

    /// The headers in their order, copied; they are decoded at the first call.
    public func headers() -> [Header] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(pointer, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [Header] = []
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            let bytes = value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
            headers.append(Header(name.map { String(cString: $0) } ?? "", bytes))
        }
        return headers
    }
}
