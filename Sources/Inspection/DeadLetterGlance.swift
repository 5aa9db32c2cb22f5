// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka
import SyncModel

/// What operators are told of a dead letter: all but its contents, so that many fit into memory.
package struct DeadLetterGlance: Sendable, Hashable {
    /// Longest reason that is kept, in characters.
    private static let reasonLimit = 500

    /// Where it lies, as `dead-letters show` and `replay` take it.
    package let place: String
    /// When it became one.
    package let time: String
    /// The worker that could not read it.
    package let worker: String
    /// The topic it came from, without prefix, with the partition and offset it had there.
    package let topic: String?
    package let partition: Int32?
    package let offset: Int64?
    package let origin: String
    package let errorClass: String
    /// Why it could not be read.
    package let error: String
    /// The value's length; nil: a tombstone, or left out.
    package let byteCount: Int?
    /// The id of the record, where its key tells it.
    package let recordID: String?

    /// Looks at a letter.
    package init(_ letter: DeadLetter) {
        place = letter.place
        time = letter.time
        worker = letter.worker
        topic = letter.topic
        partition = letter.sourcePartition
        offset = letter.sourceOffset
        origin = letter.origin
        errorClass = letter.errorClass
        error = String(letter.error.prefix(Self.reasonLimit))
        byteCount = letter.value?.count
        recordID = letter.key.flatMap(Self.recordID)
    }

    /// Looks at a consumed record of the dead letters.
    package init(_ message: Message) { self.init(DeadLetter(message)) }

    /// The first id in a key: the whole of it, or the value of a member where the key is an object.
    private static func recordID(_ key: [UInt8]) -> String? {
        let isPart = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20) || byte == UInt8(ascii: "-")
        }
        for part in key.prefix(4_096).split(whereSeparator: { !isPart($0) }) {
            let text = String(decoding: part, as: UTF8.self).lowercased()
            if NamedUUID.isUUID(text) { return text }
        }
        return nil
    }
}
