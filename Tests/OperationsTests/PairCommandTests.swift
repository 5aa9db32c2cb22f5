// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import JSON
import Kafka
import SyncModel
import Testing

@testable import Operations

@Suite("syncctl couplings, waiting, failed, retry", .serialized, .timeLimit(.minutes(2)))
struct PairCommandTests {
    private let error = RecordError.permanent("FieldTooLong", "property \"displayName\" has 120 characters")

    private func desk() throws -> Desk {
        let desk = try Desk("sync.couplings.", "sync.inbox.product-worker", "sync.control", "sync.status")
        let unit = Waiting.Reference(mapping: "ITEM UOM", key: "1000/PCS", reason: .unseen)
        let group = Waiting.Reference(mapping: "UNIT GROUP", key: "1000", reason: .failed)
        try desk.produce(
            [
                Pairs.coupling("ITEM-PRODUCT", "1000", 1, .waiting, waitsFor: [unit]),
                Pairs.coupling("ITEM-PRODUCT", "1001", 2, .failed, error: error),
            ],
            of: "product-worker",
            partition: 4
        )
        try desk.produce(
            [
                Pairs.coupling("ITEM UOM", "1000/PCS", 3, .waiting, waitsFor: [group]),
                Pairs.coupling("UNIT GROUP", "1000", 1, .failed, error: error),
                Pairs.coupling("UNIT GROUP", "1001", 2, .coupled, exists: true),
                Pairs.coupling("UNIT GROUP", "1002", 5, .coupled, exists: true),
            ],
            of: "unit-worker"
        )
        let forgotten = PairKey(mapping: "UNIT GROUP", company: Pairs.company, id: Pairs.id(5)).description
        try desk.produce("sync.couplings.unit-worker", partition: 0, key: forgotten, value: nil)
        return desk
    }

    @Test func listsTheNewestOfEveryPair() throws {
        let desk = try desk()
        let all = desk.run("couplings", "list", "--json")
        #expect(all.status == 0, "\(all.errors)")
        #expect(try JSONDocument().parse(all.output).count == 5)
        let failed = desk.run("couplings", "list", "--mapping", "UNIT GROUP", "--state", "failed", "--json")
        let rows = try JSONDocument().parse(failed.output)
        #expect(rows.elements.map { $0["key"]?.string } == ["1000"])
        #expect(desk.run("couplings", "list", "--state", "lost").status == 2)
        #expect(desk.run("couplings", "list", "--mapping", "NONE").status == 2)
    }

    @Test func showsAPairByKeyIDOrNaturalKey() throws {
        let desk = try desk()
        for name in ["ITEM-PRODUCT/CRONUS/\(Pairs.id(1))", Pairs.id(1)] {
            let outcome = desk.run("couplings", "show", name)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("ITEM UOM 1000/PCS waits"))
            #expect(outcome.output.contains("UNIT GROUP 1000 failed: FieldTooLong"))
        }
        let json = desk.run("couplings", "show", "1000", "--mapping", "ITEM-PRODUCT", "--json")
        #expect(try JSONDocument().parse(json.output).elements.map { $0["state"]?.string } == ["waiting"])
        #expect(desk.run("couplings", "show", "nobody").status == 1)
    }

    @Test func aCouplingWithADeeplyNestedImageIsRead() throws {
        let desk = try Desk("sync.couplings.", "sync.control", "sync.status")
        let unit = Waiting.Reference(mapping: "ITEM UOM", key: "1000/PCS", reason: .unseen)
        var coupling = Pairs.coupling("ITEM-PRODUCT", "1000", 1, .waiting, waitsFor: [unit])
        // As deep as an event's image may be.
        let image = String(repeating: #"{"x":"#, count: 63) + "1" + String(repeating: "}", count: 63)
        coupling.waiting?.image = Array(image.utf8)
        try desk.produce([coupling], of: "product-worker")
        let shown = desk.run("couplings", "show", "1000", "--json")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.errors.isEmpty)
        let waiting = desk.run("waiting", "--json")
        #expect(waiting.status == 0 && waiting.errors.isEmpty, "\(waiting.errors)")
    }

    @Test func aMappingThatThereIsNotIsAWrongCall() throws {
        let desk = try Desk("sync.couplings.", "sync.control", "sync.status")
        let hints = [("ITEM-PRODUC", "did you mean 'ITEM-PRODUCT'?"), ("nope", "see 'syncctl mappings list'")]
        let commands = ["waiting", "failed", "couplings list", "couplings show 1", "explain 1", "retry 1"]
        for command in commands.map({ $0.split(separator: " ").map(String.init) }) {
            for (name, hint) in hints {
                let outcome = desk.run(command + ["--mapping", name])
                #expect(outcome.status == 2, "\(command)")
                #expect(outcome.errors == "syncctl: there is no mapping '\(name)'; \(hint)\n")
                #expect(outcome.output.isEmpty)
            }
        }
        #expect(desk.run("waiting", "--mapping", "SALESPEOPLE").status == 1, "no worker runs it")
        let shown = desk.run("mappings", "show", "ITEM-PRODUC")
        #expect(shown.status == 2)
        #expect(shown.errors == "syncctl: there is no mapping 'ITEM-PRODUC'; did you mean 'ITEM-PRODUCT'?\n")
        #expect(desk.run("mappings", "show", "nope", "--json").status == 2)
    }

    @Test func waitingNamesTheRootCause() throws {
        let outcome = try desk().run("waiting", "--mapping", "ITEM-PRODUCT", "--json")
        let records = try JSONDocument().parse(outcome.output)
        #expect(records.count == 1)
        let links = records.elements.first { _ in true }?["chains"]?.elements.first { _ in true }
        #expect(links?.elements.map { $0["finding"]?.string } == ["waiting", "failed"])
    }

    @Test func waitingSaysWhatKeepsAWorkerFromReading() throws {
        let desk = try desk()
        let unseen = Waiting.Reference(mapping: "ITEM UOM", key: "7/PCS", reason: .unseen)
        try desk.produce([Pairs.coupling("ITEM-PRODUCT", "7", 7, .waiting, waitsFor: [unseen])], of: "product-worker")
        func cause() throws -> String? {
            let outcome = desk.run("waiting", "--mapping", "ITEM-PRODUCT", "--json")
            let records = try JSONDocument().parse(outcome.output)
            let record = records.elements.first { $0["key"]?.stringEquals("7") ?? false }
            return record?["causes"]?.elements.first { _ in true }?.string
        }
        #expect(try cause() == "worker-stopped")
        let at = Timestamp.text(milliseconds: Desk.now - 1_000)
        let heartbeat =
            #"{"type":"heartbeat","worker":"unit-worker","instance":"a","state":"running","at":"\#(at)"}"#
        try desk.produce(
            "sync.status",
            partition: 0,
            key: "unit-worker/a",
            value: Array(heartbeat.utf8)
        )
        #expect(try cause() == "unseen")
        try desk.produce(
            "sync.control",
            partition: 0,
            key: "gate/unit-worker",
            value: Array(#"{"type":"gate","worker":"unit-worker","open":false}"#.utf8)
        )
        #expect(try cause() == "gate-closed")
        // Units of items are fed by the topic of their groups too.
        try desk.produce("sync.control", partition: 0, key: "hold/ITEM UOM", value: Array("{}".utf8))
        #expect(try cause() == "held")
        #expect(desk.run("waiting").output.contains("held back by the hold of ITEM UOM"))
    }

    @Test func waitingCountsCauses() throws {
        let outcome = try desk().run("waiting")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("2  UNIT GROUP 1000 failed: FieldTooLong"), "\(outcome.output)")
    }

    @Test func tablesFitTheTerminal() throws {
        let desk = try desk()
        for arguments in [["waiting"], ["failed"], ["couplings", "list"], ["topics", "list"]] {
            let outcome =
                arguments.count == 1
                ? desk.run(arguments[0], width: 70) : desk.run(arguments[0], arguments[1], width: 70)
            // What progress leaves on a terminal is taken away again.
            let lines = outcome.output.split(separator: "\n").map { $0.split(separator: "\r").last ?? $0 }
            #expect(lines.allSatisfy { $0.replacing("\u{1B}[K", with: "").count <= 70 }, "\(arguments)")
        }
    }

    @Test func failedSaysWhy() throws {
        let outcome = try desk().run("failed", "--mapping", "ITEM-PRODUCT")
        #expect(outcome.output.contains("FieldTooLong: property \"displayName\" has 120 characters"))
        #expect(!outcome.output.contains("UNIT GROUP"))
    }

    @Test func failedTellsTriesThatDoNotCountToo() throws {
        let desk = try Desk("sync.couplings.")
        let busy = RecordError(.throttled, code: "busy", message: "too many requests")
        var coupling = Pairs.coupling("ITEM-PRODUCT", "1001", 2, .failed, error: busy)
        (coupling.tries, coupling.failures) = (7, 0)
        try desk.produce([coupling], of: "product-worker")
        let rows = desk.run("failed").output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains { $0.dropFirst(3).starts(with: ["failed", "7", "0"]) }, "\(rows)")
        let record = try JSONDocument().parse(desk.run("failed", "--json").output).elements.first { _ in true }
        #expect(record?["tries"]?.int64 == 7 && record?["failures"]?.int64 == 0)
    }

    @Test func aRetryGoesToTheHomePartitionOfTheOwnersInbox() throws {
        let desk = try desk()
        let outcome = desk.run("retry", "1001")
        #expect(outcome.status == 2, "a unit group has the same key")
        #expect(desk.run("retry", "1001", "--mapping", "ITEM-PRODUCT").status == 0)
        let sent = try desk.records("sync.inbox.product-worker")
        #expect(sent.map(\.partition) == [4])
        #expect(sent.first?.keyText == "ITEM-PRODUCT/CRONUS/\(Pairs.id(2))")
        #expect(
            sent.first?.valueText
                == #"{"type":"command","command":"retry","pairKey":"ITEM-PRODUCT/CRONUS/\#(Pairs.id(2))","#
                + #""requestedAt":"2026-01-01T00:00:00.000Z"}"#
        )
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        let desk = try desk()
        let outcome = desk.run("retry", "ITEM-PRODUCT/CRONUS/\(Pairs.id(1))")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is waiting; only failed and skipped records can be tried again"))
        #expect(desk.run("skip", "nobody").status == 1)
        #expect(try desk.records("sync.inbox.product-worker").isEmpty)
    }
}
