// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@Suite struct LogTests {
    /// Logs into a pipe and returns what came out.
    private func output(
        _ format: Log.Format,
        level: Log.Level = .debug,
        fields: [String: String] = [:],
        _ body: (Log) -> Void
    ) throws -> String {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        // 1 January 2026, 00:00:00.042 UTC
        body(Log(format: format, level: level, fields: fields, output: descriptor) { 1_767_225_600_042 })
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func writesLogfmt() throws {
        let line = try output(.logfmt, fields: ["sync.worker": "unit-worker"]) {
            $0.info("partitions assigned", ["kafka.topic": "bc.changes.items", "count": 6, "wait": 0.5, "first": true])
        }
        #expect(
            line == """
                time=2026-01-01T00:00:00.042Z level=info message="partitions assigned" sync.worker=unit-worker \
                kafka.topic=bc.changes.items count=6 wait=0.5 first=true\n
                """
        )
    }

    @Test(arguments: [
        ("plain", "plain"), ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""), ("a\"b", #""a\"b""#),
        ("line\nbreak", #""line\nbreak""#), ("\u{1B}[31m", #""\u001b[31m""#), ("back\\slash", #""back\\slash""#),
        ("Grüße😀", "Grüße😀"), ("no\u{A0}break", "\"no\u{A0}break\""), ("\u{2028}", #""\u2028""#),
    ])
    func quotesLogfmtValues(value: String, expected: String) throws {
        let line = try output(.logfmt) { $0.info("m", ["v": .string(value)]) }
        #expect(line.hasSuffix(" v=\(expected)\n"), "\(line)")
    }

    @Test func logfmtKeysStayKeys() throws {
        let line = try output(.logfmt) { $0.info("m", [("a b=\"", 1)]) }
        #expect(line.hasSuffix(" a_b__=1\n"), "\(line)")
    }

    @Test func writesJSONThatParses() throws {
        let value = "q\" b\\ n\n t\t \u{1} é 😀 \u{7F}"
        let line = try output(.json, fields: ["base": "x"]) {
            $0.with(["worker": "w"]).error("failed", ["v": .string(value), "n": -3, "d": .double(.nan), "b": false])
        }
        #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["v"] as? String == value)
        #expect(object["n"] as? Int == -3)
        #expect(object["d"] as? String == "nan")
        #expect(object["b"] as? Bool == false)
        #expect(object["level"] as? String == "error")
        #expect(object["message"] as? String == "failed")
        #expect(object["time"] as? String == "2026-01-01T00:00:00.042Z")
        #expect(object["base"] as? String == "x" && object["worker"] as? String == "w")
    }

    @Test func automaticIsJSONWithoutATerminal() throws {
        #expect(try output(.automatic) { $0.info("m") }.hasPrefix("{"))
    }

    @Test func aKeyOccursOnceAndTheLatestValueWins() throws {
        let line = try output(.logfmt, fields: ["a": "base", "b": "base"]) {
            $0.with(["b": "with"]).info("m", ["a": "call", "message": "other"])
        }
        #expect(line.hasSuffix("message=m b=with a=call field.message=other\n"), "\(line)")
    }

    @Test func fieldsBelowTheLevelAreNotEvenMade() throws {
        var made = 0
        func count() -> KeyValuePairs<String, LogValue> {
            made += 1
            return ["n": .integer(Int64(made))]
        }
        let lines = try output(.logfmt, level: .warning) {
            $0.debug("m", count())
            $0.info("m", count())
            $0.warning("m", count())
            $0.error("m", count())
        }
        #expect(made == 2)
        #expect(lines.split(separator: "\n").count == 2)
    }

    @Test func longValuesAreCutAtACharacter() throws {
        let line = try output(.logfmt) { $0.info("m", ["v": .string(String(repeating: "é", count: 10_000))]) }
        #expect(line.utf8.count < 4_300 && line.hasSuffix("é…\n"))
        let odd = try output(.logfmt) { $0.info("m", ["v": .string("x" + String(repeating: "é", count: 10_000))]) }
        #expect(odd.hasSuffix("é…\n"))
    }

    @Test func linesLargerThanThePipeAreWrittenInParts() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let writer = Thread {
            let fields = (0..<50).map { ("field\($0)", LogValue(String(repeating: "x", count: 4_000))) }
            Log(format: .json, output: descriptor).info("m", fields)
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        let line = try #require(try pipe.fileHandleForReading.readToEnd())
        let object = try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
        #expect(object.count == 53 && line.count > 200_000)
    }

    @Test func everyLineIsWholeWithManyThreads() throws {
        let lines = try output(.json) { log in
            DispatchQueue.concurrentPerform(iterations: 200) { log.info("m", ["i": .integer(Int64($0))]) }
        }
        let numbers = try lines.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["i"] as? Int)
        }
        #expect(numbers.sorted() == Array(0..<200))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func writesDates(milliseconds: Int64, expected: String) throws {
        let pipe = Pipe()
        Log(format: .logfmt, output: pipe.fileHandleForWriting.fileDescriptor) { milliseconds }.info("m")
        try pipe.fileHandleForWriting.close()
        let line = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(line.hasPrefix("time=\(expected) "), "\(line)")
    }
}
