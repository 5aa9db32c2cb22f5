// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import LocalStack
import SyncModel
import Testing

/// A key that is no text goes home with its event, and from there to the dead letters, byte for byte.
struct ForwardedKeyTests {
    @Test(.timeLimit(.minutes(5)))
    func aKeyThatIsNoUTF8ReachesTheDeadLettersUnaltered() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            var forwarded: (key: [UInt8]?, value: String)?
            let look = stack.monitor.onRecord
            stack.monitor.onRecord = { message in
                look?(message)
                if message.topic == "sync.inbox.product-worker", let value = message.value {
                    forwarded = (message.key.map { Array($0) }, String(decoding: value, as: UTF8.self))
                }
            }
            stack.start("product-worker")
            let item = ItemRecord.make(1)[0]
            let key: [UInt8] = [0xff, 0x00, 0x41, 0xfe]
            try stack.send(
                Array(item.event("c", sequence: 1).value.utf8),
                key: key,
                to: "bc.changes.items",
                partition: item.foreignPartition
            )
            try stack.flush()
            try stack.wait(for: "the event at home") {
                forwarded != nil && stack.coupling("ITEM-PRODUCT", item.id) != nil
            }
            let message = try #require(forwarded)
            #expect(message.value.contains(#""key":null,"keyHex":"ff0041fe""#), "\(message.value)")
            // The same message with an event that nobody can read.
            let unreadable = message.value.replacing(#""op":"c""#, with: #""op":"?""#)
            try stack.send(
                Array(unreadable.utf8),
                key: message.key,
                to: "sync.inbox.product-worker",
                partition: item.home
            )
            try stack.flush()
            try stack.wait(for: "its dead letter") { !stack.deadLetters.isEmpty }
            #expect(stack.deadLetters.map(\.key) == [key])
        }
    }
}
