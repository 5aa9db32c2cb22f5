// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// An event that nobody can read, and the words that its dead letter says why.
struct BadInput {
    var name: String
    var key: [UInt8]?
    var value: [UInt8]?
    var reason: String

    /// Original headers that must be kept: one without a value, one twice.
    static let headers = [
        Header("traceparent", "00-1-2-01"), Header("original", nil), Header("x", "1"), Header("x", "2"),
    ]

    /// Every kind of bad input; keys are ids of their own where the kind leaves room for one.
    static func all() -> [BadInput] {
        unreadable() + wrongEnvelopes() + wrongIdentities()
    }

    private static let id = "1a9023fe-888a-57ea-8ea9-e074c9acd461"
    private static let image = #"{"systemId":"\#(id)","number":"bad"}"#

    private static func envelope(op: String = #""c""#, company: String? = #""C""#, after: String = image) -> [UInt8] {
        let source = company.map { #""source":{"company":\#($0),"sequence":1},"# } ?? ""
        return Array(#"{"op":\#(op),"ts_ms":1,\#(source)"after":\#(after)}"#.utf8)
    }

    private static func unreadable() -> [BadInput] {
        let key = Array(id.utf8)
        let good = envelope()
        let deep = Array(String(repeating: "[", count: 100).utf8) + Array(String(repeating: "]", count: 100).utf8)
        let megabyte = envelope(after: #"{"systemId":"\#(id)","text":"\#(String(repeating: "x", count: 1 << 20))"}"#)
        return [
            BadInput(name: "no JSON", key: key, value: [0, 1, 2, 254, 255, 10], reason: "UTF-8"),
            BadInput(
                name: "invalid UTF-8",
                key: key,
                value: good.map { $0 == UInt8(ascii: "b") ? 0xff : $0 },
                reason: "UTF-8"
            ),
            BadInput(name: "truncated", key: key, value: good.dropLast(9), reason: ""),
            BadInput(name: "bytes after it", key: key, value: good + [UInt8(ascii: "}")], reason: ""),
            BadInput(name: "1 MB", key: key, value: megabyte, reason: "1000000"),
            BadInput(
                name: "100 levels",
                key: key,
                value: Array(#"{"op":"c","after":"#.utf8) + deep + [UInt8(ascii: "}")],
                reason: "64"
            ),
            BadInput(name: "empty", key: key, value: [], reason: ""),
            BadInput(
                name: "near the broker's limit",
                key: key,
                value: Array(repeating: 120, count: 1_048_000),
                reason: ""
            ),
        ]
    }

    private static func wrongEnvelopes() -> [BadInput] {
        let key = Array(id.utf8)
        return [
            BadInput(name: "no object", key: key, value: Array("[1]".utf8), reason: "no JSON object"),
            BadInput(
                name: "payload no object",
                key: key,
                value: Array(#"{"schema":{},"payload":7}"#.utf8),
                reason: "payload is no JSON object"
            ),
            BadInput(name: "no op", key: key, value: Array(#"{"after":\#(image)}"#.utf8), reason: #"no "op""#),
            BadInput(name: "unknown op", key: key, value: envelope(op: #""x""#), reason: #"unknown "op""#),
            BadInput(name: "op no text", key: key, value: envelope(op: "1"), reason: #"no "op""#),
            BadInput(name: "no image", key: key, value: envelope(after: "null"), reason: #"no "after" image"#),
            BadInput(name: "image no object", key: key, value: envelope(after: "[]"), reason: #"no "after" image"#),
            BadInput(
                name: "company too long",
                key: key,
                value: envelope(company: "\"\(String(repeating: "c", count: 121))\""),
                reason: "longer than 120"
            ),
        ]
    }

    private static func wrongIdentities() -> [BadInput] {
        let other = "2a9023fe-888a-57ea-8ea9-e074c9acd461"
        return [
            BadInput(name: "no id", key: nil, value: envelope(after: #"{"number":"bad"}"#), reason: "no record id"),
            BadInput(
                name: "no id, other key",
                key: Array("I1".utf8),
                value: envelope(after: #"{"systemId":null}"#),
                reason: "no record id"
            ),
            BadInput(
                name: "id no UUID",
                key: nil,
                value: envelope(after: #"{"systemId":"1896-S"}"#),
                reason: "no UUID"
            ),
            BadInput(name: "id no text", key: nil, value: envelope(after: #"{"systemId":1896}"#), reason: "no UUID"),
            BadInput(
                name: "id all zeros",
                key: nil,
                value: envelope(after: #"{"systemId":"00000000-0000-0000-0000-000000000000"}"#),
                reason: "all zeros"
            ),
            BadInput(
                name: "key and image disagree",
                key: Array(other.utf8),
                value: envelope(),
                reason: "different ids"
            ),
            BadInput(
                name: "object key and image disagree",
                key: Array(#"{"systemId":"\#(other)"}"#.utf8),
                value: envelope(),
                reason: "different ids"
            ),
            BadInput(name: "tombstone without key", key: nil, value: nil, reason: "tombstone"),
            BadInput(name: "tombstone with another key", key: [0xff, 0, 0x31], value: nil, reason: "tombstone"),
        ]
    }
}
