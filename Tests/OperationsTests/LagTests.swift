// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import Testing

@testable import Operations

@Suite("syncctl lag", .serialized, .timeLimit(.minutes(2)))
struct LagTests {
    private func desk() throws -> Desk {
        let desk = try Desk("bc.changes.customers")
        for number in 0..<5 {
            try desk.produce("bc.changes.customers", partition: 2, key: nil, value: Array("{\(number)}".utf8))
        }
        return desk
    }

    private func customers(_ partition: Int32) -> TopicPartition {
        TopicPartition("\(Desk.prefix)bc.changes.customers", partition)
    }

    @Test func countsFromTheCommittedOffsetToTheEnd() throws {
        let desk = try desk()
        try desk.commit([customers(2): 3, customers(1): 0], group: "\(Desk.prefix)account-worker")
        let outcome = desk.run("lag", "--group", "account-worker")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let topic = "test.bc.changes.customers"
        #expect(
            rows.contains { $0.starts(with: ["test.account-worker", topic, "2", "3", "5", "2"]) },
            "\(outcome.output)"
        )
        #expect(rows.contains(["test.account-worker", topic, "1", "0", "0", "0", "0.0"]))
        #expect(rows.contains(["test.account-worker", topic, "0", "-", "0", "-", "0.0"]))
    }

    @Test func aLimitIsForEveryPartition() throws {
        let desk = try desk()
        try desk.commit([customers(2): 3], group: "\(Desk.prefix)account-worker")
        #expect(desk.run("lag", "-g", "account-worker", "--max", "2").status == 0)
        #expect(desk.run("lag", "-g", "account-worker", "--max", "1").status == 1)
    }

    @Test func whereNothingWasCommittedAllIsUnread() throws {
        let desk = try desk()
        #expect(desk.run("lag", "-g", "account-worker", "--max", "4").status == 1)
        #expect(desk.run("lag", "-g", "account-worker", "--max", "5").status == 0)
    }

    @Test func jsonHasNumbers() throws {
        let desk = try desk()
        try desk.commit([customers(2): 3], group: "\(Desk.prefix)account-worker")
        let outcome = desk.run("lag", "-g", "account-worker", "--json", "--max", "1")
        let report = try JSONDocument().parse(outcome.output)
        #expect(report["total"]?.int64 == 2)
        #expect(report["ok"]?.bool == false)
        let row = report["partitions"]?.elements.first { $0["committed"]?.int64 == 3 }
        #expect(row?["lag"]?.int64 == 2)
        #expect(row?["seconds"] != nil)
    }

    @Test func itTellsHowTheWorkerKeepsUp() throws {
        let desk = try Desk("bc.changes.customers", "sync.status")
        let none = "no coordinator is active; how the workers keep up is not known"
        #expect(desk.run("lag", "-g", "account-worker").output.contains(none))
        try desk.produceCoordinator("c", "active", at: "2025-12-31T23:59:29Z", #"{"account-worker":\#(Desk.stalled)}"#)
        #expect(desk.run("lag", "-g", "account-worker").output.contains(none))
        let both = #"{"account-worker":\#(Desk.stalled),"unit-worker":\#(Desk.heldBack)}"#
        try desk.produceCoordinator("c", "active", at: "2025-12-31T23:59:31Z", both)
        let output = desk.run("lag", "-g", "account-worker").output
        #expect(output.contains("account-worker  stalled        0.0  nothing committed for 31 s"), "\(output)")
        #expect(!output.contains("held back"))
        let verdicts = try JSONDocument().parse(desk.run("lag", "-g", "account-worker", "--json").output)["verdicts"]
        #expect(verdicts?.elements.map { $0["worker"]?.string } == ["account-worker"])
        try desk.commit([customers(0): 0], group: "foreign")
        #expect(!desk.run("lag", "-g", "foreign").output.contains(none))
    }

    @Test func withoutABrokerItSaysSo() throws {
        let outcome = try Desk("sync.control").run("lag", environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("Kafka cannot be reached at 127.0.0.1:1"))
    }

    @Test func lagComesThroughWhileTheGroupsCoordinatorIsLoaded() throws {
        let desk = try Desk(
            "sync.inbox.unit-worker",
            "bc.changes.items",
            "bc.changes.resources",
            "bc.changes.item-units"
        )
        desk.broker.failNext(apiKey: 9, codes: [14, 14, 16])
        let outcome = desk.run("lag", "--group", "unit-worker")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("bc.changes.items"))
    }
}
