// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel
import Testing

@testable import Operations

@Suite("Lines to send")
struct EventLineTests {
    private let id = "579023fe-888a-57ea-8ea9-e074c9acd461"

    private func parser(topic: String? = "bc.changes.items", company: String? = "CRONUS") -> EventLineParser {
        EventLineParser(
            topic: { $0 == "resources" ? "bc.changes.resources" : nil },
            table: { $0 == "bc.changes.items" ? "Item" : "Other" },
            defaultTopic: topic,
            company: company,
            now: 1_767_225_600_000
        )
    }

    private func parse(_ line: String, topic: String? = "bc.changes.items", company: String? = "CRONUS") throws
        -> EventLine?
    {
        try Array(line.utf8).withUnsafeBytes { try parser(topic: topic, company: company).parse($0) }
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func aBareRecordBecomesASnapshotsEvent() throws {
        let line = try #require(try parse(#"{"systemId":"\#(id.uppercased())","unitPrice":649.40}"#))
        #expect(text(line.key) == id)
        #expect(
            text(line.value)
                == #"{"op":"r","ts_ms":1767225600000,"source":{"system":"business-central","company":"CRONUS","#
                + #""table":"Item"},"before":null,"after":{"systemId":"\#(id.uppercased())","unitPrice":649.40}}"#
        )
    }

    @Test func withoutACompanyNoneIsWritten() throws {
        let line = try #require(try parse(#"{"systemId":"\#(id)"}"#, company: nil))
        #expect(text(line.value)?.contains("company") == false)
    }

    @Test func anEventGoesAsItIs() throws {
        let event = #"{ "op":"d", "before":{"systemId":"\#(id)"},"after":null }"#
        let line = try #require(try parse(event))
        #expect(line == EventLine(topic: "bc.changes.items", key: Array(id.utf8), value: Array(event.utf8)))
    }

    @Test func aLineMayNameTopicAndKey() throws {
        let line = try #require(
            try parse(#"{"topic":"resources","key":{"systemId":"\#(id)"},"value":{"systemId":"\#(id)"}}"#)
        )
        #expect(line.topic == "bc.changes.resources")
        #expect(text(line.key) == #"{"systemId":"\#(id)"}"#)
        #expect(text(line.value)?.contains(#""table":"Other""#) == true)
    }

    /// Also where it only becomes too large as an event.
    @Test func anEventThatWorkersDoNotTakeIsRefused() throws {
        func event(bytes: Int) -> String {
            let frame = #"{"op":"c","after":{"systemId":"\#(id)","description":""}}"#
            let text = String(repeating: "x", count: bytes - frame.utf8.count)
            return frame.replacing(#""""#, with: #""\#(text)""#)
        }
        #expect(try parse(event(bytes: 1_000_000))?.value?.count == 1_000_000)
        let problem = EventLine.Problem(reason: "the event has 1000001 bytes, workers take at most 1000000")
        #expect(throws: problem) { try parse(event(bytes: 1_000_001)) }
        let record = #"{"systemId":"\#(id)","description":"\#(String(repeating: "x", count: 999_900))"}"#
        #expect(record.utf8.count < 1_000_000)
        #expect(throws: EventLine.Problem.self) { try parse(record) }
    }

    @Test func aNullKeyIsNoKey() throws {
        let line = try #require(try parse(#"{"key":null,"value":{"systemId":"\#(id)"}}"#))
        #expect(line.key == nil)
    }

    @Test func aNullValueIsATombstone() throws {
        let line = try #require(try parse(#"{"key":"\#(id)","value":null}"#))
        #expect(line == EventLine(topic: "bc.changes.items", key: Array(id.utf8), value: nil))
    }

    @Test(arguments: ["", "  \r"]) func blankLinesAreNothing(line: String) throws {
        #expect(try parse(line) == nil)
    }

    @Test(
        arguments: [
            (#"{"systemId":"#, "cut short"), ("[]", "no JSON object"), (#"{"number":"1000"}"#, "no record id"),
            (#"{"systemId":"1000"}"#, "no UUID"), (#"{"op":"x","after":{}}"#, "unknown \"op\""),
            (#"{"value":null}"#, "needs a key"), (#"{"topic":"itms","value":{}}"#, "no change topic 'itms'"),
            (#"{"op":"u","after":null}"#, "no \"after\""), (#"{"key":7,"value":{}}"#, "neither a text nor an object"),
            (
                #"{"key":"579023fe-888a-57ea-8ea9-e074c9acd461","value":{"systemId":"679023fe-888a-57ea-8ea9-e074c9acd461"}}"#,
                "different ids"
            ),
        ]
    )
    func badLinesSayWhatIsWrong(line: String, reason: String) throws {
        let problem = try #require(throws: EventLine.Problem.self) { try parse(line) }
        #expect(problem.reason.contains(reason))
    }

    @Test func aLineWithoutTopicIsRefused() throws {
        let problem = try #require(throws: EventLine.Problem.self) { try parse(#"{"systemId":"\#(id)"}"#, topic: nil) }
        #expect(problem.reason.contains("no topic"))
    }
}
