// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import CommandLine
import Foundation
import Testing

@testable import Kafka
@testable import Operations

@Suite("syncctl send", .serialized, .timeLimit(.minutes(2)))
struct SendTests {
    /// A file of lines in a directory of its own.
    private func file(_ name: String, _ lines: [String]) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appending(path: name).path
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func recordsGoToTheTopicOfTheFilesNameWhereJavaWouldPutThem() throws {
        let desk = try Desk("bc.changes.items")
        let ids = (1...20).map { Pairs.id($0) }
        let path = try file("items.jsonl", ids.map { #"{"systemId":"\#($0)"}"# } + [""])
        let outcome = desk.run("send", path, "--company", "CRONUS")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("20 events sent"))
        let sent = try desk.records("bc.changes.items")
        #expect(Set(sent.compactMap(\.keyText)) == Set(ids))
        for message in sent {
            #expect(message.partition == Murmur2.partition(forKey: message.keyText ?? "", count: 6))
        }
        #expect(sent.first?.valueText?.contains(#""company":"CRONUS","table":"Item""#) == true)
    }

    @Test func aFileWithABadLineIsNotSentAtAll() throws {
        let desk = try Desk("bc.changes.items")
        let good = #"{"systemId":"\#(Pairs.id(1))"}"#
        let path = try file("items.jsonl", [good, "{", good, "[]"])
        let outcome = desk.run("send", path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("items.jsonl:2: JSON document is cut short"))
        #expect(outcome.errors.contains("items.jsonl:4: the line is no JSON object"))
        #expect(outcome.output == "nothing was sent\n")
        #expect(try desk.records("bc.changes.items").isEmpty)
    }

    @Test func aNameThatIsNoEntityNeedsATopic() throws {
        let desk = try Desk("bc.changes.items")
        let path = try file("export.jsonl", [#"{"systemId":"\#(Pairs.id(1))"}"#])
        #expect(desk.run("send", path).errors.contains("no topic"))
        #expect(desk.run("send", path, "--topic", "itms").status == 2)
        let outcome = desk.run("send", path, "--topic", "items")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("\n1 event sent\n"))
        #expect(desk.run("send", path, "--topic", "bc.changes.items").status == 0)
        #expect(try desk.records("bc.changes.items").count == 2)
    }

    @Test func aMissingTopicIsNamedWithWhatMakesIt() throws {
        let desk = try Desk("sync.control")
        let path = try file("items.jsonl", [#"{"systemId":"\#(Pairs.id(1))"}"#])
        let outcome = desk.run("send", path)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("topic test.bc.changes.items is missing; create it with 'syncctl topics apply'")
        )
        #expect(outcome.output.contains("nothing was sent"))
    }

    @Test func linesLongerThanAChunkAreWhole() throws {
        let desk = try Desk("bc.changes.items")
        let text = String(repeating: "x", count: 300_000)
        let lines = (1...3).map { #"{"systemId":"\#(Pairs.id($0))","displayName":"\#(text)\#($0)"}"# }
        #expect(desk.run("send", try file("items.jsonl", lines)).status == 0)
        let sent = try desk.records("bc.changes.items")
        #expect(sent.count == 3)
        #expect(
            sent.allSatisfy { message in lines.contains { message.valueText?.hasSuffix(#""after":\#($0)}"#) == true } }
        )
    }

    @Test func aDirectoryIsNoFileOfLines() throws {
        let outcome = try Desk("sync.control").run("send", "/etc")
        #expect(outcome.status == 2)
        #expect(outcome.errors == "syncctl: /etc is a directory; name files of JSON Lines\n")
    }

    @Test func aByteOrderMarkBeforeTheFirstLineIsNoPartOfIt() throws {
        let desk = try Desk("bc.changes.items")
        let lines = (1...2).map { #"{"systemId":"\#(Pairs.id($0))"}"# }
        let path = try file("items.jsonl", ["\u{FEFF}\(lines[0])", lines[1]])
        #expect(desk.run("send", path).status == 0)
        let values = try desk.records("bc.changes.items").compactMap(\.valueText)
        #expect(values.count == 2)
        #expect(values.allSatisfy { !$0.contains("\u{FEFF}") })
    }

    @Test func anUnreadableDirectoryOfMappingsNamesItsSetting() throws {
        let desk = try Desk("sync.control")
        for (command, status) in [("topics", 2), ("mappings", 1)] as [(String, Int32)] {
            let outcome = desk.run(command, "list", environment: ["SYNC_MAPPINGS_DIR": "/nonexistent"])
            #expect(outcome.status == status)
            #expect(
                outcome.errors.contains("SYNC_MAPPINGS_DIR: /nonexistent: the directory of mappings cannot be read")
            )
        }
    }

    /// A record that may be missing is no sign of a Kafka that cannot be reached: it has answered.
    @Test func eventsThatDidNotArriveAreToldWithWhatHelps() {
        func failure(_ code: Int32, left: Int) -> CommandError {
            let error = KafkaError(
                code: code,
                name: "NAME",
                message: "the reason",
                operation: "deliver",
                disposition: .retriable,
                partition: nil
            )
            return EventSender.failure(error, left: left, total: 9)
        }
        let repeated = failure(46, left: 0)
        #expect(repeated.exitCode == .no)
        #expect(repeated.message.hasPrefix("at least one of 9 events may not have arrived: the reason; send the file"))
        let broken = failure(-195, left: 3)
        #expect(broken == CommandError("3 of 9 events did not arrive: the reason", .unreachable))
    }

    @Test func aFileThatIsNotThereIsAWrongCall() throws {
        #expect(try Desk("sync.control").run("send", "/nonexistent/items.jsonl").status == 2)
    }
}
