// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import JSON
import Kafka
import SyncModel
import Testing

@testable import Operations

@Suite("syncctl topics, dead-letters, hold, status", .serialized, .timeLimit(.minutes(2)))
struct ControlTests {
    private let added = [
        Header("sync-worker", "product-worker"), Header("sync-topic", "test.bc.changes.items"),
        Header("sync-partition", "3"), Header("sync-offset", "7"), Header("sync-error-class", "malformed"),
        Header("sync-error", "invalid UTF-8 at byte 1"), Header("sync-time", "2026-01-01T00:00:00Z"),
    ]

    @Test func checkNamesWhatIsMissing() throws {
        let desk = try Desk("sync.dead-letters")
        try desk.broker.createTopic("\(Desk.prefix)bc.changes.items", partitions: 3)
        let outcome = desk.run("topics", "check")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("test.sync.control is missing"))
        #expect(outcome.output.contains("test.bc.changes.items has 3 partitions, needs 6"))
    }

    @Test func listNeedsNoKafka() throws {
        let outcome = try Desk("sync.control").run(
            "topics",
            "list",
            "--json",
            environment: ["KAFKA_BOOTSTRAP_SERVERS": ""]
        )
        let topics = try JSONDocument().parse(outcome.output)
        #expect(topics.elements.contains { $0["topic"]?.string == "test.sync.dead-letters" })
    }

    @Test func aReplayIsTheOriginalRecord() throws {
        let desk = try Desk("sync.dead-letters", "bc.changes.items")
        let bytes: [UInt8] = [0xFF, 0x00, 0x7B]
        let original = [Header("traceparent", "00-1"), Header("null", nil), Header("empty", [])]
        try desk.produce("sync.dead-letters", partition: 0, key: "{\"id\":1}", value: bytes, headers: original + added)
        let outcome = desk.run("dead-letters", "replay", "0:0")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let replayed = try #require(try desk.records("bc.changes.items").first)
        #expect(replayed.partition == 3)
        #expect(replayed.keyText == "{\"id\":1}")
        #expect(replayed.value.map { Array($0) } == bytes)
        #expect(replayed.headers() == original)
    }

    @Test(arguments: [nil, []] as [[UInt8]?])
    func nullAndEmptyStayWhatTheyAre(value: [UInt8]?) throws {
        let desk = try Desk("sync.dead-letters", "bc.changes.items")
        try desk.produce("sync.dead-letters", partition: 0, key: nil, value: value, headers: added)
        #expect(desk.run("dead-letters", "replay", "0:0").status == 0)
        let replayed = try #require(try desk.records("bc.changes.items").first)
        #expect(replayed.key == nil)
        #expect(replayed.value.map { Array($0) } == value)
    }

    @Test func aMistypedPlaceReplaysNothing() throws {
        let desk = try Desk("sync.dead-letters", "bc.changes.items")
        try desk.produce("sync.dead-letters", partition: 0, key: "k", value: [0x7B], headers: added)
        #expect(desk.run("dead-letters", "replay", "0:0", "0:9").status == 1)
        #expect(desk.run("dead-letters", "replay", "0").status == 2)
        #expect(try desk.records("bc.changes.items").isEmpty)
    }

    @Test func lettersAreListedAndShown() throws {
        let desk = try Desk("sync.dead-letters")
        try desk.produce("sync.dead-letters", partition: 0, key: "k", value: Array("{\u{1B}".utf8), headers: added)
        let list = desk.run("dead-letters", "list")
        #expect(list.output.contains("test.bc.changes.items[3]@7"))
        #expect(desk.run("dead-letters", "list", "--worker", "unit-worker").output == "no dead letters\n")
        let shown = desk.run("dead-letters", "show", "0:0")
        #expect(shown.output.contains("invalid UTF-8 at byte 1"))
        #expect(shown.output.contains("{\\u{1b}"))
    }

    @Test func aHoldIsARecordAndAReleaseItsTombstone() throws {
        let desk = try Desk("sync.control", "sync.status")
        let held = desk.run("hold", "ITEM-PRODUCT", "--reason", "catalogue clean-up")
        #expect(held.status == 0, "\(held.errors)")
        #expect(held.output.contains("product-worker no longer reads test.bc.changes.items"))
        #expect(held.output.contains("PLLINE-PRODPRICE"))
        #expect(desk.run("status").output.contains("ITEM-PRODUCT is held"))
        #expect(desk.run("release", "ITEM-PRODUCT").output == "ITEM-PRODUCT is released\n")
        #expect(desk.run("release", "ITEM-PRODUCT").output == "ITEM-PRODUCT was not held\n")
        #expect(!desk.run("status").output.contains("is held"))
        let records = try desk.records("sync.control")
        #expect(records.map(\.keyText) == ["hold/ITEM-PRODUCT", "hold/ITEM-PRODUCT", "hold/ITEM-PRODUCT"])
        #expect(
            records.map(\.valueText) == [
                #"{"type":"hold","mapping":"ITEM-PRODUCT","reason":"catalogue clean-up","#
                    + #""since":"2026-01-01T00:00:00.000Z"}"#, nil, nil,
            ]
        )
    }

    @Test func onlyMappingsThatRunCanBeHeld() throws {
        let desk = try Desk("sync.control", "sync.status")
        #expect(desk.run("hold", "ITEM").status == 2)
        #expect(desk.run("hold", "SALESPRC-PRODPRICE").status == 2)
        #expect(try desk.records("sync.control").isEmpty)
    }

    @Test func statusTellsLivingFromSilent() throws {
        let desk = try Desk("sync.control", "sync.status")
        for (instance, at) in [("a", "2025-12-31T23:59:58Z"), ("b", "2025-12-31T23:00:00Z")] {
            let heartbeat = """
                {"type":"heartbeat","worker":"product-worker","instance":"\(instance)","state":"running","at":"\(at)",\
                "partitions":[0,1,2,5],"gateOpen":false,"records":{"ITEM-PRODUCT":{"created":149}},\
                "waiting":{"ITEM-PRODUCT":2},"failed":{},"http":"http://127.0.0.1:1"}
                """
            try desk.produce("sync.status", key: "product-worker/\(instance)", value: Array(heartbeat.utf8))
        }
        let rows = desk.run("status").output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains { $0.starts(with: ["product-worker", "a", "running", "2s", "0-2,5", "closed"]) })
        #expect(rows.contains { $0.starts(with: ["product-worker", "ITEM-PRODUCT", "-", "2", "0"]) })
        #expect(rows.contains { $0.starts(with: ["coordinator", "-", "not", "running"]) })
        #expect(rows.contains { $0.starts(with: ["product-worker", "b", "silent"]) })
        #expect(rows.contains { $0.starts(with: ["price-worker", "-", "not", "running"]) })
    }

    @Test func statusCountsRecordsByMappingAndState() throws {
        let desk = try Desk("sync.control", "sync.status", "sync.couplings")
        try desk.produce(
            [
                Pairs.coupling("ITEM-PRODUCT", "1", 1, .waiting, waitsFor: []),
                Pairs.coupling("ITEM-PRODUCT", "1", 1, .coupled, exists: true),
                Pairs.coupling("ITEM-PRODUCT", "2", 2, .coupled, exists: true),
                Pairs.coupling("ITEM-PRODUCT", "3", 3, .waiting, waitsFor: []),
                Pairs.coupling("ITEM-PRODUCT", "4", 4, .failed),
                Pairs.coupling("ITEM-PRODUCT", "5", 5, .skipped),
                Pairs.coupling("RESOURCE-PRODUCT", "6", 6, .filtered),
            ],
            of: "product-worker"
        )
        let heartbeat = """
            {"type":"heartbeat","worker":"coordinator","instance":"c","state":"active","at":"2025-12-31T23:59:57Z",\
            "partitions":[0],"gateOpen":true,"records":{},"waiting":{},"failed":{},"http":"http://127.0.0.1:8080"}
            """
        try desk.produce("sync.status", key: "coordinator/c", value: Array(heartbeat.utf8))
        let rows = desk.run("status").output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains(["coordinator", "c", "active", "3s", "0", "-", "http://127.0.0.1:8080"]))
        #expect(rows.contains(["product-worker", "ITEM-PRODUCT", "2", "1", "2", "0"]))
        #expect(rows.contains(["product-worker", "RESOURCE-PRODUCT", "0", "0", "0", "1"]))
        #expect(rows.contains(["price-worker", "PLLINE-PRODPRICE", "0", "0", "0", "0"]))
        let report = try JSONDocument().parse(desk.run("status", "--json").output)
        let counts = report["records"]?.elements.first { $0["mapping"]?.string == "ITEM-PRODUCT" }
        #expect(counts?["coupled"]?.int64 == 2 && counts?["waiting"]?.int64 == 1 && counts?["failed"]?.int64 == 2)
    }

    @Test func statusTellsTheVerdictsOfTheActiveCoordinator() throws {
        let desk = try Desk("sync.control", "sync.status")
        let none = "no coordinator is active; how the workers keep up is not known"
        #expect(desk.run("status").output.contains(none))
        try desk.produceCoordinator("old", "active", at: "2025-12-31T23:59:55Z", #"{"unit-worker":\#(Desk.stalled)}"#)
        try desk.produceCoordinator("new", "active", at: "2025-12-31T23:59:58Z", #"{"price-worker":\#(Desk.heldBack)}"#)
        try desk.produceCoordinator("third", "standby", at: "2025-12-31T23:59:59Z", "{}")
        let output = desk.run("status").output
        #expect(!output.contains(none))
        #expect(output.contains("price-worker      held back        0.5  held back by its closed gate"), "\(output)")
        #expect(!output.contains("stalled"))
        let verdicts = try JSONDocument().parse(desk.run("status", "--json").output)["verdicts"]
        #expect(verdicts?.elements.map { $0["verdict"]?.string } == ["held-back"])
        #expect(verdicts?.elements.map { $0["rate"]?.rawText } == ["0.5"])
    }

    @Test func statusSaysWhereAWorkerStoppedCounting() throws {
        let desk = try Desk("sync.control", "sync.status")
        let heartbeat = """
            {"type":"heartbeat","worker":"price-worker","instance":"a","state":"running","at":"2025-12-31T23:59:58Z",\
            "partitions":[0],"gateOpen":true,"records":{},"waiting":{"PLLINE-PRODPRICE":2000},"failed":{},\
            "countsAreCapped":true,"http":null}
            """
        try desk.produce("sync.status", key: "price-worker/a", value: Array(heartbeat.utf8))
        let output = desk.run("status", "--quick").output
        #expect(output.contains("2000+"))
        #expect(output.contains("there may be more"))
    }
}
