// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import JSON
import Kafka
import Testing

@testable import Operations

@Suite("Dead letters")
struct DeadLetterTests {
    private func letter(_ headers: [Header]) -> DeadLetter {
        DeadLetter(partition: 0, offset: 42, key: nil, value: nil, allHeaders: headers)
    }

    private let added = [
        Header("sync-worker", "product-worker"), Header("sync-topic", "bc.changes.items"),
        Header("sync-partition", "3"), Header("sync-offset", "7"), Header("sync-error-class", "malformed"),
        Header("sync-error", "invalid UTF-8"), Header("sync-time", "2026-01-01T00:00:00Z"),
    ]

    @Test func originalHeadersAreKeptAsTheyWere() {
        let original = [
            Header("traceparent", "00-1"), Header("empty", []), Header("null", nil), Header("traceparent", "2"),
        ]
        let letter = letter(original + added)
        #expect(letter.headers == original)
        #expect(letter.origin == "bc.changes.items[3]@7")
        #expect(letter.errorClass == "malformed")
        #expect(!letter.isValueOmitted)
    }

    @Test func anOriginalHeaderOfOurNameIsKept() {
        let original = [Header("sync-topic", "somewhere.else")]
        let letter = letter(original + added)
        #expect(letter.headers == original)
        #expect(letter.topic == "bc.changes.items")
    }

    @Test func aValueLeftOutIsTold() {
        #expect(letter(added + [Header("sync-value-omitted", "9000000 bytes")]).isValueOmitted)
    }

    @Test(.timeLimit(.minutes(5)))
    func theTopicIsFoundWithAndWithoutItsPrefix() throws {
        let desk = try Desk("sync.dead-letters")
        try desk.produce("sync.dead-letters", partition: 0, key: "k", value: [1], headers: added)
        let names = ["bc.changes.items", "\(Desk.prefix)bc.changes.items", "items"].map { ($0, 1) }
        for (topic, count) in names + [("bc.changes.customers", 0), ("sync.inbox.unit-worker", 0)] {
            let outcome = desk.run("dead-letters", "list", "--topic", topic, "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try JSONDocument().parse(outcome.output).count == count, "\(topic)")
        }
    }

    @Test func anUnknownWorkerOrTopicIsAWrongCall() throws {
        let desk = try Desk("sync.dead-letters")
        for (option, name, words) in [
            ("--worker", "product-wrker", "there is no worker 'product-wrker'; did you mean 'product-worker'?"),
            ("--worker", "nope", "there is no worker 'nope'; those that there are: account-worker, "),
            ("--topic", "bc.changes.item", "'bc.changes.item'; did you mean 'bc.changes.items'?"),
            ("--topic", "nope", "there is no topic that workers read 'nope'; see 'syncctl topics list'"),
            ("--topic", "sync.dead-letters", "there is no topic that workers read 'sync.dead-letters'; "),
        ] {
            let outcome = desk.run("dead-letters", "list", option, name)
            #expect(outcome.status == 2, "\(name)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test(
        arguments: [
            (nil, "null"), ([], ""), (Array("{}".utf8), "{}"), ([0xFF, 0x00], "0xff00"),
            (Array("a\u{1B}[2J".utf8), "a\\u{1b}[2J"),
        ] as [([UInt8]?, String)]
    )
    func bytesAreShownSafely(bytes: [UInt8]?, text: String) {
        #expect(BytesText.of(bytes) == text)
    }
}
