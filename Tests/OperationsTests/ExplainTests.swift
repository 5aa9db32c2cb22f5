// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import JSON
import Kafka
import SyncModel
import Testing

@testable import Operations

/// The prepared cases: why a record does not arrive.
@Suite("syncctl explain", .serialized, .timeLimit(.minutes(5)))
struct ExplainTests {
    private static let topics = ["sync.couplings.", "sync.control", "sync.status", "sync.dead-letters"]
    private static let error = RecordError.permanent("FieldTooLong", "property \"displayName\" has 120 characters")

    private func desk(_ more: String...) throws -> Desk {
        let desk = try Desk(Self.topics + more)
        for worker in ["unit-worker", "product-worker", "account-worker", "invoice-worker", "price-worker"] {
            try live(desk, worker)
        }
        return desk
    }

    private func live(_ desk: Desk, _ worker: String) throws {
        let at = Timestamp.text(milliseconds: Desk.now - 1_000)
        let value = #"{"type":"heartbeat","worker":"\#(worker)","instance":"a","state":"running","at":"\#(at)"}"#
        try desk.produce("sync.status", partition: 0, key: "\(worker)/a", value: Array(value.utf8))
    }

    private func explain(_ desk: Desk, _ name: String, status: Int32 = 0) throws -> JSONValue {
        let outcome = desk.run("explain", name, "--json")
        #expect(outcome.status == status, "\(outcome.errors)")
        return try JSONDocument().parse(outcome.output)
    }

    /// The cause of the first chain of an item 1 that waits for a unit.
    private func cause(_ unit: [Coupling], _ prepare: (Desk) throws -> Void = { _ in }) throws -> (String?, [String?]) {
        let desk = try desk()
        let wanted = Waiting.Reference(mapping: "ITEM UOM", key: "1/PCS", reason: .unseen)
        try desk.produce([Pairs.coupling("ITEM-PRODUCT", "1", 1, .waiting, waitsFor: [wanted])], of: "product-worker")
        try desk.produce(unit, of: "unit-worker")
        try prepare(desk)
        let pairs = try explain(desk, "1")["pairs"]
        let causes = pairs?.elements.first { $0["mapping"]?.string == "ITEM-PRODUCT" }?["causes"]
        let first = causes?.elements.first { _ in true }
        return (first?["cause"]?.string, first?["links"]?.elements.map { $0["finding"]?.string } ?? [])
    }

    private static func trace(_ number: Int) -> String { "4bf92f3577b34da6a3ce929d0e0e47\(10 + number)" }

    @Test func aReferenceThatWasNeverSeen() throws {
        #expect(try cause([]) == ("unseen", ["unseen"]))
    }

    @Test(arguments: [(Coupling.State.filtered, "filtered"), (.failed, "failed"), (.skipped, "skipped")])
    func aReferenceThatDoesNotCome(state: Coupling.State, word: String) throws {
        let error = state == .filtered ? nil : Self.error
        #expect(try cause([Pairs.coupling("ITEM UOM", "1/PCS", 2, state, error: error)]) == (word, [word]))
    }

    @Test func aReferenceThatCameMeanwhile() throws {
        // Its note says that it was never seen, and nobody runs who would look again.
        let unit = Pairs.coupling("ITEM UOM", "1/PCS", 2, .coupled, exists: true)
        #expect(try cause([unit]) == ("exists", ["exists"]))
    }

    @Test func aGateAHoldAndAWorkerThatDoesNotRun() throws {
        let gate = #"{"type":"gate","worker":"unit-worker","open":false,"reason":"a backlog"}"#
        let closed = try cause([]) { desk in
            try desk.produce("sync.control", partition: 0, key: "gate/unit-worker", value: Array(gate.utf8))
        }
        #expect(closed == ("gate-closed", ["unseen"]))
        let held = try cause([]) { desk in
            try desk.produce("sync.control", partition: 0, key: "hold/ITEM UOM", value: Array("{}".utf8))
        }
        #expect(held == ("held", ["unseen"]))
        let stopped = try cause([]) { try $0.produce("sync.status", partition: 0, key: "unit-worker/a", value: nil) }
        #expect(stopped == ("worker-stopped", ["unseen"]))
    }

    @Test func aChainOfFour() throws {
        let desk = try desk()
        func waits(_ mapping: String, _ key: String, _ number: Int, for other: String, _ otherKey: String) -> Coupling {
            let reference = Waiting.Reference(mapping: other, key: otherKey, reason: .waiting)
            return Pairs.coupling(mapping, key, number, .waiting, waitsFor: [reference])
        }
        try desk.produce([waits("PLLINE-PRODPRICE", "L", 1, for: "ITEM-PRODUCT", "1")], of: "price-worker")
        try desk.produce([waits("ITEM-PRODUCT", "1", 2, for: "ITEM UOM", "1/PCS")], of: "product-worker")
        try desk.produce(
            [
                waits("ITEM UOM", "1/PCS", 3, for: "UNIT GROUP", "1"),
                Pairs.coupling("UNIT GROUP", "1", 4, .failed, error: Self.error),
            ],
            of: "unit-worker"
        )
        let outcome = desk.run("explain", "L", width: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\r").last.map { $0.split(separator: "\n").map(String.init) } ?? []
        #expect(lines.first?.hasSuffix("PLLINE-PRODPRICE L has not arrived; it waits") == true, "\(outcome.output)")
        for line in [
            "  waits for  ITEM-PRODUCT 1 waits", "             ITEM UOM 1/PCS waits",
            "             UNIT GROUP 1 failed: FieldTooLong",
        ] {
            #expect(lines.contains(line), "\(outcome.output)")
        }
        #expect(outcome.output.contains("syncctl retry"))
        // What waits for the root, from the other end.
        let root = try explain(desk, "UNIT GROUP/CRONUS/\(Pairs.id(4))")["pairs"]?.elements.first { _ in true }
        #expect(root?["waiters"]?.int64 == 1)
        #expect(root?["firstWaiters"]?.elements.map { $0["key"]?.string } == ["1/PCS"])
        #expect(
            root?["text"]?.string == "UNIT GROUP 1 failed: FieldTooLong, property \"displayName\" has 120 characters"
        )
    }

    @Test func whatHasNoPairIsToldByWhoWaitsForItAndByItsEvents() throws {
        let desk = try desk("bc.changes.items")
        let unknown = desk.run("explain", "nobody")
        #expect(unknown.status == 1)
        #expect(unknown.output.contains("there is no pair 'nobody'") && unknown.output.contains("never seen"))

        let wanted = Waiting.Reference(mapping: "ITEM-PRODUCT", key: "70000", reason: .unseen)
        try desk.produce([Pairs.coupling("PLLINE-PRODPRICE", "L", 1, .waiting, waitsFor: [wanted])], of: "price-worker")
        var report = try explain(desk, "70000", status: 1)
        let absent = report["absent"]?.elements.first { _ in true }
        #expect(absent?["cause"]?.string == "unseen")
        #expect(absent?["waiters"]?.int64 == 1)

        let gate = #"{"type":"gate","worker":"product-worker","open":false,"reason":"a backlog"}"#
        try desk.produce("sync.control", partition: 0, key: "gate/product-worker", value: Array(gate.utf8))
        for number in ["70000", "170000"] {
            let event = #"{"op":"c","ts_ms":1,"after":{"systemId":"x\#(number)","number":"\#(number)"}}"#
            try desk.produce("bc.changes.items", key: number, value: Array(event.utf8))
        }
        let letter = [Header("sync-worker", "product-worker"), Header("sync-error", "no record id")]
        try desk.produce("sync.dead-letters", key: "k", value: Array(#"{"number":"70000"}"#.utf8), headers: letter)
        report = try explain(desk, "70000", status: 1)
        #expect(report["events"]?.count == 1)
        let unread = report["unread"]?.elements.first { $0["mapping"]?.string == "ITEM-PRODUCT" }
        #expect(unread?["cause"]?.string == "gate-closed")
        #expect(report["deadLetters"]?.elements.map { $0["error"]?.string } == ["no record id"])
    }

    @Test func aPairIsToldWithItsEventsChangesResultsAndDeadLetters() throws {
        let desk = try desk("bc.changes.items", "crm.outbound.products", "sync.inbox.product-worker")
        let id = Pairs.id(1)
        let key = "ITEM-PRODUCT/CRONUS/\(id)"
        let home = Murmur2.partition(forKey: id, count: 6)
        try desk.produce(
            [Pairs.coupling("ITEM-PRODUCT", "1", 1, .failed, error: Self.error)],
            of: "product-worker",
            partition: home
        )
        for sequence in 1...12 {
            let event = #"{"op":"u","source":{"sequence":\#(sequence)},"after":{"systemId":"\#(id)"}}"#
            // Of the newest that has one: the last event has somebody's text in its place.
            let trace = sequence == 12 ? "nonsense" : "00-\(Self.trace(sequence))-00f067aa0ba902b7-01"
            let headers = sequence < 3 ? [] : [Header("traceparent", trace)]
            try desk.produce("bc.changes.items", key: id, value: Array(event.utf8), headers: headers)
        }
        try desk.produce(
            "crm.outbound.products",
            key: key,
            value: Array(#"{"operation":"create","changeId":"c1"}"#.utf8)
        )
        let result = #"{"type":"result","status":"failed","pairKey":"\#(key)","error":{"code":"0x1"}}"#
        try desk.produce("sync.inbox.product-worker", partition: home, key: key, value: Array(result.utf8))
        try desk.produce("sync.dead-letters", key: id, value: Array("{".utf8))
        try desk.commit(
            [TopicPartition("\(Desk.prefix)bc.changes.items", home): 11],
            group: "\(Desk.prefix)product-worker"
        )
        let pair = try explain(desk, id.uppercased())["pairs"]?.elements.first { _ in true }
        #expect(pair?["traceId"]?.string == Self.trace(11))
        #expect(pair?["events"]?.elements.map { $0["traceId"]?.string }.suffix(2) == [Self.trace(11), nil])
        let text = desk.run("explain", id).output
        #expect(text.contains("trace         \(Self.trace(11)), that of its newest event"), "\(text)")
        func whats(_ name: String) -> [String?]? { pair?[name]?.elements.map { $0["what"]?.string } }
        #expect(whats("events") == (3...12).map { "update, sequence \($0)" })
        #expect(pair?["events"]?.elements.map { $0["unread"]?.bool } == Array(repeating: false, count: 9) + [true])
        #expect(whats("changes") == ["create c1"])
        #expect(whats("inbox") == ["result failed: 0x1"])
        #expect(pair?["deadLetters"]?.count == 1)
        #expect(pair?["coupling"]?["pairKey"]?.string == key)
    }
}
