// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry
import Testing

@testable import Coordination

@Suite("A coordinator on the embedded broker", .serialized, .timeLimit(.minutes(3)))
struct CoordinatorTests {
    @Test("closes a gate when what it depends on lags, opens it when that has caught up, and says so once")
    func gates() throws {
        let test = try TestBroker()
        defer { test.close() }
        try test.putUnits(24)
        let coordinator = RunningCoordinator(test.configuration)
        try coordinator.wait(until: "a closed gate") { coordinator.view.closedGates == ["product-worker"] }
        #expect(coordinator.view.isActive)
        #expect(coordinator.view.lags == ["unit-worker": 24, "product-worker": 0])
        #expect(coordinator.health.reasons.isEmpty)
        let metrics = String(decoding: coordinator.metrics.render(), as: UTF8.self)
        #expect(metrics.contains("sync_gate_open{worker=\"product-worker\"} 0"))
        #expect(metrics.contains("sync_gate_open{worker=\"unit-worker\"} 1"))
        #expect(metrics.contains(#"sync_worker_verdict{worker="unit-worker",verdict="ok"} 1"#))
        #expect(metrics.contains(#"sync_worker_verdict{worker="unit-worker",verdict="stalled"} 0"#))
        #expect(
            metrics.contains(
                #"kafka_consumergroup_lag{consumergroup="test.unit-worker",topic="test.bc.changes.units",partition="1"} 12"#
            )
        )

        try test.commitUnits(9)
        try coordinator.wait(until: "a smaller lag") { coordinator.view.lags["unit-worker"] == 6 }
        #expect(coordinator.view.closedGates == ["product-worker"])
        try test.commitUnits(12)
        try coordinator.wait(until: "an open gate") { coordinator.view.closedGates.isEmpty }
        try coordinator.stop()

        let records = try test.controlRecords()
        #expect(records.map(\.key) == ["gate/product-worker", "gate/product-worker"])
        let document = JSONDocument()
        let closed = try document.parse(try #require(records.first).value)
        #expect(closed["type"]?.string == "gate")
        #expect(closed["worker"]?.string == "product-worker")
        #expect(closed["open"]?.bool == false)
        #expect(closed["reason"]?.string == "unit-worker lags 24 records")
        #expect(closed["waitsFor"]?.elements.map(\.string) == ["UNIT"])
        let since = closed["since"]?.string.flatMap(SyncModel.Timestamp.microseconds) ?? 0
        let opened = try document.parse(try #require(records.last).value)
        #expect(opened["open"]?.bool == true)
        #expect(opened["reason"]?.isNull == true)
        #expect(opened["waitsFor"]?.count == 0)
        let opening = opened["since"]?.string.flatMap(SyncModel.Timestamp.microseconds) ?? 0
        #expect(opening - since >= 1_000_000)
    }

    @Test("is followed by another that knows its gates and decides on")
    func takeover() throws {
        let test = try TestBroker()
        defer { test.close() }
        try test.putUnits(24)
        let first = RunningCoordinator(test.configuration)
        try first.wait(until: "a closed gate") { first.view.closedGates == ["product-worker"] }
        let second = RunningCoordinator(test.configuration)
        try second.wait(until: "the same gate") {
            second.view.closedGates == ["product-worker"] && second.view.lags["unit-worker"] == 24
        }
        try second.wait(until: "one active of two") { first.view.isActive != second.view.isActive }
        let (leaving, staying) = first.view.isActive ? (first, second) : (second, first)
        try leaving.stop()
        #expect(!leaving.view.isActive)
        try staying.wait(until: "its turn") { staying.view.isActive }
        #expect(staying.view.closedGates == ["product-worker"])
        #expect(try test.controlRecords().count == 1)
        try test.commitUnits(12)
        try staying.wait(until: "an open gate") { staying.view.closedGates.isEmpty }
        try staying.stop()
        #expect(try test.controlRecords().count == 2)
    }

    /// By the range assignor each that joins takes the partition from all, and it is a matter of chance who gets it.
    @Test("leaves a healthy one active when it starts, and takes over when that one is gone")
    func standby() throws {
        let test = try TestBroker()
        defer { test.close() }
        let first = RunningCoordinator(test.configuration)
        try first.wait(until: "the first to be active") { first.view.isActive }
        var others: [RunningCoordinator] = []
        for _ in 0..<3 {
            let other = RunningCoordinator(test.configuration)
            others.append(other)
            try other.wait(until: "membership") { other.view.snapshot.isMember }
            // The group has settled when its members have sent some heartbeats, ten a second here.
            let joined = other.view.snapshot.lag?.atMs ?? 0
            try other.wait(until: "some rounds") { (other.view.snapshot.lag?.atMs ?? 0) > joined + 1_500 }
            #expect(!other.view.isActive)
        }
        #expect(first.view.isActive)
        #expect(first.takeovers == 1)
        try first.stop()
        try others[0].wait(until: "one of the others to be active") { others.contains { $0.view.isActive } }
        #expect(others.map(\.takeovers).reduce(0, +) == 1)
        for other in others { try other.stop() }
    }

    @Test("tells with its signs of life how the workers keep up, as soon as that changes")
    func toldVerdicts() throws {
        let test = try TestBroker()
        defer { test.close() }
        try test.putUnits(1)
        let coordinator = RunningCoordinator(test.configuration)
        try coordinator.wait(until: "a verdict of the active one") {
            coordinator.view.isActive && coordinator.view.snapshot.verdicts.count == 2
        }
        let hold = #"{"type":"hold","mapping":"UNIT","reason":"clean-up","since":"2026-01-01T00:00:00Z"}"#
        try test.put("hold/UNIT", hold, in: test.configuration.controlTopic)
        // The next step after the one that judges so tells it.
        try coordinator.wait(until: "another verdict") {
            coordinator.view.snapshot.verdicts.contains { $0.worker == "unit-worker" && $0.verdict == .heldBack }
        }
        try coordinator.stop()

        let key = Heartbeat.key(of: Heartbeat.coordinator, test.configuration.instance)
        let document = JSONDocument()
        var told: [[String: WorkerVerdict]] = []
        for record in try test.records(test.configuration.statusTopic) where record.key == key && !record.value.isEmpty
        {
            told.append(try #require(Heartbeat(key: key, try document.parse(record.value))).verdicts)
        }
        let reason = "held back by the hold of UNIT: clean-up"
        let held = WorkerVerdict(worker: "unit-worker", verdict: .heldBack, reason: reason, rate: 0)
        #expect(told.last?["unit-worker"] == held)
        #expect(told.last?["product-worker"]?.verdict == .ok)
        #expect(told.contains { $0["unit-worker"]?.verdict == .ok })
    }

    @Test("waits for Kafka and says why it is not ready")
    func away() throws {
        let test = try TestBroker()
        defer { test.close() }
        try test.broker.setReachable(false)
        let coordinator = RunningCoordinator(test.configuration)
        try coordinator.wait(until: "a reason") { coordinator.health.reasons["kafka"] != nil }
        #expect(!coordinator.health.isReady)
        try test.broker.setReachable(true)
        try coordinator.wait(until: "readiness") { coordinator.health.isReady && coordinator.view.isActive }
        try test.broker.setReachable(false)
        try coordinator.wait(until: "a reason again") { coordinator.health.reasons["kafka"] != nil }
        try coordinator.stop()
    }

    @Test("refuses a cluster without its topics")
    func missingTopics() throws {
        let test = try TestBroker()
        defer { test.close() }
        var configuration = test.configuration
        configuration.topicPrefix = "other."
        let coordinator = RunningCoordinator(configuration)
        #expect(throws: CoordinatorError.topicMissing("other.sync.control")) {
            try coordinator.wait(until: "the refusal") { false }
        }
    }

    @Test("shows holds, heartbeats, lag and the graph")
    func routes() throws {
        let test = try TestBroker()
        defer { test.close() }
        try test.putUnits(1)
        try test.put(
            "hold/UNIT",
            #"{"type":"hold","mapping":"UNIT","reason":"clean-up","since":"2026-01-01T00:00:00Z"}"#,
            in: test.configuration.controlTopic
        )
        try test.put("hold/GONE", #"{"type":"hold"}"#, in: test.configuration.controlTopic)
        try test.put("hold/GONE", nil, in: test.configuration.controlTopic)
        try test.put("gate/unit-worker", "no JSON", in: test.configuration.controlTopic)
        let heartbeat = #"{"type":"heartbeat","worker":"unit-worker","instance":"i","at":"2026-01-01T00:00:00.000Z"}"#
        try test.put("unit-worker/i", heartbeat, in: test.configuration.statusTopic)
        let coordinator = RunningCoordinator(test.configuration)
        try coordinator.wait(until: "all of it") {
            let snapshot = coordinator.view.snapshot
            // The lag may be asked for before the hold is read; the next judgement knows of it.
            return snapshot.holds.count == 1 && snapshot.heartbeats.count == 1 && snapshot.lag != nil
                && snapshot.verdicts.contains { $0.worker == "unit-worker" && $0.verdict == .heldBack }
        }
        try coordinator.stop()

        let routes = CoordinatorRoutes(test.configuration, view: coordinator.view) { 1_767_225_603_500 }
        func shown(_ write: (inout JSONWriter) -> Void) -> String {
            var writer = JSONWriter()
            write(&writer)
            return writer.text
        }
        #expect(shown(routes.writeWorkers).contains(#""workers":[{"secondsAgo":3,"heartbeat":\#(heartbeat)}]}"#))
        let verdict = #""verdict":"held-back","reason":"held back by the hold of UNIT: clean-up","rate":0.0"#
        #expect(shown(routes.writeWorkers).contains(#"{"worker":"unit-worker",\#(verdict)}"#))
        #expect(shown(routes.writeLag).contains(verdict))
        #expect(shown(routes.writeHistory).contains(#"{"worker":"unit-worker","at":[""#))
        let count = coordinator.view.snapshot.history.points["unit-worker"]?.count ?? 0
        func all(_ value: String) -> String { Array(repeating: value, count: count).joined(separator: ",") }
        #expect(count > 0)
        #expect(
            shown(routes.writeHistory).contains(
                #""lag":[\#(all("1"))],"lagSeconds":[\#(all("null"))],"rate":[\#(all("0.0"))]"#
            )
        )
        #expect(
            shown(routes.writeGates).contains(
                #""holds":[{"mapping":"UNIT","reason":"clean-up","since":"2026-01-01T00:00:00Z"}]"#
            )
        )
        #expect(
            shown(routes.writeLag).contains(
                #"{"group":"test.unit-worker","topic":"test.bc.changes.units","partition":0,"#
                    + #""committed":null,"end":1,"lag":1}"#
            )
        )
        let graph = shown(routes.writeGraph)
        #expect(graph.contains(#"{"mapping":"PRODUCT","worker":"product-worker","stage":2}"#))
        #expect(graph.contains(#"{"from":"PRODUCT","to":"UNIT","deferrable":false}"#))
        #expect(graph.contains(#"{"worker":"product-worker","dependsOn":["unit-worker"]"#))
    }
}
