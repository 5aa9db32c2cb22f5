// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel

/// A record of a topic, as readers are shown it.
package struct SeenRecord: Sendable, Hashable {
    /// Where it lies, without prefix.
    package let topic: String
    package let partition: Int32
    package let offset: Int64
    /// The record's time, in milliseconds since 1970; -1 where it has none.
    package let timestampMs: Int64
    /// What it is, in a few words: `update, sequence 42`.
    package let what: String
    /// The value's first few thousand bytes, safe to be shown.
    package let value: String
    /// The whole value's length; nil for a tombstone.
    package let byteCount: Int?
    /// The trace that its header `traceparent` names; nil where it has none.
    package let traceID: String?
    /// Its worker has not committed it yet.
    package var isUnread = false

    /// Takes a consumed record; `prefix` stands before its topic's name.
    init(_ message: Message, prefix: String, what: String) {
        topic = String(message.topic.dropFirst(prefix.count))
        partition = message.partition
        offset = message.offset
        timestampMs = message.timestampMs
        self.what = what
        byteCount = message.value?.count
        traceID = TraceContext.traceID(of: message.header("traceparent").map { String(decoding: $0, as: UTF8.self) })
        value = message.value.map { BytesText.of($0) } ?? "null"
    }

    /// Where it lies, as one word.
    package var place: String { "\(topic)[\(partition)]@\(offset)" }
}
