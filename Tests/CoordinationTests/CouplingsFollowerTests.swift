// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import JSON
import Kafka
import SyncModel
import Telemetry
import Testing

@testable import Coordination

@Suite("A follower of couplings on the embedded broker", .serialized, .timeLimit(.minutes(2)))
struct CouplingsFollowerTests {
    @Test("tells what waits, why, and that it does no more")
    func follows() throws {
        let test = try TestBroker()
        defer { test.close() }
        let view = CoordinatorView()
        let metrics = Metrics()
        _ = CoordinatorTelemetry(
            log: Log(level: .error),
            metrics: metrics,
            health: Health(),
            view: view,
            mappings: test.configuration.mappings.map(\.name)
        )
        var waiting = Pairs.coupling(
            "PRODUCT",
            "1000",
            1,
            .waiting,
            waitsFor: [Waiting.Reference(mapping: "UNIT", key: "PCS", reason: .unseen)]
        )
        // As deep as an event's image may be.
        let image = String(repeating: #"{"x":"#, count: 63) + "1" + String(repeating: "}", count: 63)
        waiting.waiting?.image = Array(image.utf8)
        let failed = Pairs.coupling("UNIT", "BOX", 2, .failed, error: .permanent("Odd", "odd"))
        try put(waiting, of: "product-worker", in: test)
        try put(failed, of: "unit-worker", in: test)
        try test.put("no coupling", "{}", in: test.configuration.couplingsTopic(of: "unit-worker"))

        let follower = RunningFollower(test.configuration, view: view)
        try follower.wait(until: "both") {
            view.snapshot.stuck.map { $0.isComplete && $0.waitingCount == 1 && $0.failedCount == 1 } ?? false
        }
        #expect(view.snapshot.stuck?.longest.first?.causes.map(\.word) == ["unseen"])
        let lines = String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains(#"sync_stuck_records{mapping="PRODUCT",cause="unseen"} 1"#))
        #expect(lines.contains(#"sync_failed_records{mapping="UNIT"} 1"#))
        #expect(lines.contains(#"sync_failed_records{mapping="PRODUCT"} 0"#))
        try routes(test, view)

        view.update { $0.holds = [Hold(mapping: "UNIT", nil)] }
        try follower.wait(until: "the hold") {
            view.snapshot.stuck?.longest.first?.causes.map(\.word) == ["held"]
        }
        var filtered = Pairs.coupling("UNIT", "PCS", 3, .filtered)
        try put(filtered, of: "unit-worker", in: test)
        try follower.wait(until: "the filtered unit") {
            view.snapshot.stuck?.longest.first?.causes.map(\.word) == ["filtered"]
        }
        filtered.state = .coupled
        filtered.exists = true
        try put(filtered, of: "unit-worker", in: test)
        try test.put(
            waiting.pairKey.description,
            nil,
            in: test.configuration.couplingsTopic(of: "product-worker"),
            partition: 1
        )
        try follower.wait(until: "nothing that waits") { view.snapshot.stuck?.waitingCount == 0 }
        try follower.stop()
    }

    private func routes(_ test: TestBroker, _ view: CoordinatorView) throws {
        let routes = CoordinatorRoutes(test.configuration, view: view) { 0 }
        var writer = JSONWriter()
        routes.writeWaiting(to: &writer, limit: 50)
        let all = try JSONDocument().parse(writer.bytes)
        #expect(all["total"]?.int64 == 1)
        #expect(all["complete"]?.bool == true)
        let record = all["records"]?.elements.first { _ in true }
        #expect(record?["key"]?.string == "1000")
        #expect(record?["stuck"]?.bool == true)
        let chain = record?["chains"]?.elements.first { _ in true }
        #expect(chain?["cause"]?.string == "unseen")
        #expect(chain?["text"]?.string == "UNIT PCS was never seen")
        #expect(chain?["links"]?.elements.map { $0["key"]?.string } == ["PCS"])
        #expect(all["causes"]?.elements.first { _ in true }?["records"]?.int64 == 1)
        writer.removeAll()
        routes.writeWaiting(to: &writer, limit: 0)
        let none = try JSONDocument().parse(writer.bytes)
        #expect(none["records"]?.count == 0)
        #expect(none["total"]?.int64 == 1)
        writer.removeAll()
        routes.writeFailed(to: &writer, limit: 50)
        let failed = try JSONDocument().parse(writer.bytes)
        #expect(failed["total"]?.int64 == 1)
        #expect(failed["records"]?.elements.first { _ in true }?["code"]?.string == "Odd")
    }

    private func put(_ coupling: Coupling, of worker: String, in test: TestBroker) throws {
        var writer = JSONWriter()
        coupling.write(to: &writer)
        try test.put(
            coupling.pairKey.description,
            writer.text,
            in: test.configuration.couplingsTopic(of: worker),
            partition: 1
        )
    }
}
