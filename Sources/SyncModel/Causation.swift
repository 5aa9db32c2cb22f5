// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Where a change comes from: the newest change event whose values it carries.
public struct Causation: Sendable, Hashable {
    /// Topic without prefix.
    public var topic: String
    /// Partition in which the event was first seen.
    public var partition: Int32
    /// Offset in that partition.
    public var offset: Int64
    /// Time of the event, in milliseconds since 1970.
    public var eventAt: Int64
    /// The event's `traceparent` header, passed through.
    public var traceparent: String?

    /// Makes a causation from its parts.
    public init(topic: String, partition: Int32, offset: Int64, eventAt: Int64, traceparent: String? = nil) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.eventAt = eventAt
        self.traceparent = traceparent
    }

    /// `<topic>|<partition>|<offset>`, as in change ids.
    public var path: String {
        // Two numbers of at most 11 and 20 characters.
        String(utf8Count: topic.utf8.count + 33) { (text: inout TextParts) in
            text.append(topic)
            text.append(character: "|")
            text.append(String(partition))
            text.append(character: "|")
            text.append(String(offset))
        }
    }
}
