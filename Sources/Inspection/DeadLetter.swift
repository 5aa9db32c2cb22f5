// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka

/// An event that a worker could not read, as it lies in the dead letters.
package struct DeadLetter: Sendable, Equatable {
    /// The headers that a worker adds behind the original ones.
    private static let addedNames: Set<String> = [
        "sync-worker", "sync-topic", "sync-partition", "sync-offset", "sync-error-class", "sync-error", "sync-time",
        omittedName,
    ]
    private static let omittedName = "sync-value-omitted"

    package let partition: Int32
    package let offset: Int64
    package let key: [UInt8]?
    package let value: [UInt8]?
    /// The original headers.
    package let headers: [Header]
    /// What the worker added.
    private let added: [String: String]

    /// Takes a record of the dead letters apart.
    package init(partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?, allHeaders: [Header]) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        var added: [String: String] = [:]
        var kept: [Header] = []
        // Ours are the last of their name: an event may carry headers of that name from elsewhere.
        for header in allHeaders.reversed() {
            if Self.addedNames.contains(header.name), added[header.name] == nil {
                added[header.name] = header.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
            } else {
                kept.append(header)
            }
        }
        headers = kept.reversed()
        self.added = added
    }

    /// Takes a consumed record of the dead letters apart.
    package init(_ message: Message) {
        self.init(
            partition: message.partition,
            offset: message.offset,
            key: message.key.map { Array($0) },
            value: message.value.map { Array($0) },
            allHeaders: message.headers()
        )
    }

    /// Where the letter lies, as `dead-letters show` and `replay` take it.
    package var place: String { "\(partition):\(offset)" }
    /// The worker that could not read it.
    package var worker: String { added["sync-worker"] ?? "-" }
    /// The topic it came from, without prefix; nil where the header is missing.
    package var topic: String? { added["sync-topic"] }
    /// The partition it came from.
    package var sourcePartition: Int32? { added["sync-partition"].flatMap { Int32($0) } }
    /// The offset it had there.
    package var sourceOffset: Int64? { added["sync-offset"].flatMap { Int64($0) } }
    /// What kind of error it was.
    package var errorClass: String { added["sync-error-class"] ?? "-" }
    /// Why it could not be read.
    package var error: String { added["sync-error"] ?? "-" }
    /// When it became a dead letter.
    package var time: String { added["sync-time"] ?? "-" }
    /// The value was too large to go along and lies where it lay.
    package var isValueOmitted: Bool { added[Self.omittedName] != nil }
    /// Where it came from.
    package var origin: String {
        "\(topic ?? "-")[\(sourcePartition.map(String.init) ?? "-")]@\(sourceOffset.map(String.init) ?? "-")"
    }
}
