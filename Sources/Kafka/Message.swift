// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// A consumed record; its buffers are valid as long as the object lives.
public final class Message {
    /// The topic's name.
    public let topic: String
    /// The partition's number.
    public let partition: Int32
    /// The record's offset.
    public let offset: Int64

    private enum Contents {
        /// The client is freed after the message.
        case librdkafka(UnsafeMutablePointer<rd_kafka_message_t>, Client)
        case copied(CopiedContents)
    }

    private let contents: Contents

    init(owning pointer: UnsafeMutablePointer<rd_kafka_message_t>, of client: Client, topic: String) {
        contents = .librdkafka(pointer, client)
        self.topic = topic
        partition = pointer.pointee.partition
        offset = pointer.pointee.offset
    }

    /// Makes a message of a cluster that is not librdkafka's; key and value are copied.
    public init(
        at origin: TopicPartition,
        offset: Int64,
        timestampMs: Int64,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header]
    ) {
        topic = origin.topic
        partition = origin.partition
        self.offset = offset
        contents = .copied(CopiedContents(key: key, value: value, headers: headers, timestampMs: timestampMs))
    }

    deinit {
        if case .librdkafka(let pointer, _) = contents { rd_kafka_message_destroy(pointer) }
    }

    /// The partition it was read from.
    public var topicPartition: TopicPartition { TopicPartition(topic, partition) }

    /// The record's time in milliseconds since 1970; -1 where it has none.
    public var timestampMs: Int64 {
        switch contents {
        case .librdkafka(let pointer, _): rd_kafka_message_timestamp(pointer, nil)
        case .copied(let copy): copy.timestampMs
        }
    }

    /// The key; nil is a null key, which is not the same as an empty one.
    public var key: UnsafeRawBufferPointer? {
        switch contents {
        case .librdkafka(let pointer, _):
            pointer.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.key_len) }
        case .copied(let copy): copy.key
        }
    }

    /// The value; nil is a tombstone, which is not the same as an empty value.
    public var value: UnsafeRawBufferPointer? {
        switch contents {
        case .librdkafka(let pointer, _):
            pointer.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: pointer.pointee.len) }
        case .copied(let copy): copy.value
        }
    }

    /// The last header's value of this name, copied; nil where there is none, or its value is null.
    public func header(_ name: String) -> [UInt8]? {
        let pointer: UnsafeMutablePointer<rd_kafka_message_t>
        switch contents {
        case .librdkafka(let message, _): pointer = message
        case .copied(let copy): return copy.headers.last { $0.name == name }?.value
        }
        var list: OpaquePointer?
        guard rd_kafka_message_headers(pointer, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_header_get_last(list, name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
    }

    /// The headers in their order, copied; they are decoded at the first call.
    public func headers() -> [Header] {
        switch contents {
        case .librdkafka(let pointer, _): Self.headers(of: pointer)
        case .copied(let copy): copy.headers
        }
    }

    private static func headers(of pointer: UnsafeMutablePointer<rd_kafka_message_t>) -> [Header] {
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

/// A record's contents at addresses of its own.
private final class CopiedContents {
    let key: UnsafeRawBufferPointer?
    let value: UnsafeRawBufferPointer?
    let headers: [Header]
    let timestampMs: Int64

    init(key: [UInt8]?, value: [UInt8]?, headers: [Header], timestampMs: Int64) {
        self.key = key.map(Self.copy)
        self.value = value.map(Self.copy)
        self.headers = headers
        self.timestampMs = timestampMs
    }

    deinit {
        key?.deallocate()
        value?.deallocate()
    }

    /// An empty value has an address too, since it is not a null one.
    private static func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
        copy.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(copy)[..<bytes.count])
    }
}
