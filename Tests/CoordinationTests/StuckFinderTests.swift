// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import Kafka
import SyncModel
import Testing

@testable import Coordination

@Suite("What is stuck, and why")
struct StuckFinderTests {
    private static let error = RecordError.permanent("FieldTooLong", "property \"name\" has 120 characters")

    private func couplings(_ all: [Coupling]) -> UnsettledCouplings {
        var couplings = UnsettledCouplings()
        for coupling in all { couplings.take(pairKey: coupling.pairKey.description, coupling, partition: 0) }
        return couplings
    }

    private func waiting(
        _ mapping: String,
        _ key: String,
        _ number: Int,
        for references: [(String, String)],
        reason: Waiting.Reason = .unseen
    ) -> Coupling {
        Pairs.coupling(
            mapping,
            key,
            number,
            .waiting,
            waitsFor: references.map { Waiting.Reference(mapping: $0.0, key: $0.1, reason: reason) }
        )
    }

    private func report(_ all: [Coupling], obstacle: @escaping (String) -> Obstacle? = { _ in nil }) -> StuckReport {
        StuckFinder(stuckAfterMs: 60_000, obstacle: obstacle).report(on: couplings(all), nowMs: 100_000)
    }

    /// The causes of a price that waits for a product that waits for a unit that waits for its group, in that state.
    private func causes(
        group: Coupling?,
        reason: Waiting.Reason = .unseen,
        obstacle: @escaping (String) -> Obstacle? = { _ in nil }
    ) -> [String] {
        let chain = [
            waiting("PRICE", "PL1/1", 1, for: [("PRODUCT", "1000")]),
            waiting("PRODUCT", "1000", 2, for: [("UNIT", "1000/PCS")]),
            waiting("UNIT", "1000/PCS", 3, for: [("GROUP", "1000")], reason: reason),
        ]
        let report = report(chain + [group].compactMap(\.self), obstacle: obstacle)
        let price = report.longest.first { $0.pair.pairKey.mapping == "PRICE" }
        #expect(price?.chains.first?.links.map(\.mapping) == ["PRODUCT", "UNIT", "GROUP"])
        #expect(report.waitingCount == 3)
        return price?.causes.map(\.word) ?? []
    }

    @Test("names the record at the end of a chain of four and how it stands")
    func findings() {
        #expect(causes(group: nil) == ["unseen"])
        for (state, cause) in [(Coupling.State.filtered, "filtered"), (.deleted, "deleted"), (.pending, "unconfirmed")]
        {
            #expect(causes(group: Pairs.coupling("GROUP", "1000", 4, state)) == [cause])
        }
        for (state, cause) in [(Coupling.State.failed, "failed"), (.skipped, "skipped")] {
            #expect(causes(group: Pairs.coupling("GROUP", "1000", 4, state, error: Self.error)) == [cause])
        }
        let circle = waiting("GROUP", "1000", 4, for: [("PRICE", "PL1/1")])
        let found = report([
            waiting("PRICE", "PL1/1", 1, for: [("GROUP", "1000")]), circle,
        ])
        #expect(found.longest.map { $0.causes.map(\.word) } == [["circle"], ["circle"]])
    }

    @Test("names what keeps the worker of a record that was never seen from reading it")
    func obstacles() {
        for (kind, word) in [
            (Obstacle.Kind.workerStopped, "worker-stopped"), (.held, "held"), (.gateClosed, "gate-closed"),
        ] {
            let obstacle = Obstacle(kind, worker: "group-worker", detail: "because")
            #expect(causes(group: nil) { $0 == "GROUP" ? obstacle : nil } == [word])
            #expect(causes(group: nil) { $0 == "PRICE" ? obstacle : nil } == ["unseen"])
            // What failed has been read.
            let failed = Pairs.coupling("GROUP", "1000", 4, .failed, error: Self.error)
            #expect(causes(group: failed) { _ in obstacle } == ["failed"])
        }
        // The group exists: the unit's worker would go on, gate or not, if it ran.
        let group = Pairs.coupling("GROUP", "1000", 4, .coupled, exists: true)
        let stopped = Obstacle(.workerStopped, worker: "unit-worker")
        #expect(causes(group: group, reason: .pending) { $0 == "UNIT" ? stopped : nil } == ["worker-stopped"])
        #expect(causes(group: group, reason: .pending) { _ in Obstacle(.held, worker: "w") } == ["exists"])
    }

    @Test("counts by mapping and cause only what waits too long, and leaves out what went out already")
    func counts() {
        var young = waiting("PRICE", "2", 2, for: [("PRODUCT", "9")])
        young.waiting?.since = 90_000
        var deferred = Pairs.coupling(
            "ACCOUNT",
            "C1",
            3,
            .coupled,
            exists: true,
            waitsFor: [Waiting.Reference(mapping: "CONTACT", key: "K", reason: .unseen)]
        )
        deferred.waiting?.isDeferred = true
        let failed = Pairs.coupling("PRODUCT", "8", 4, .failed, error: Self.error)
        let report = report([waiting("PRICE", "1", 1, for: [("PRODUCT", "9")]), young, deferred, failed])
        #expect(report.waiting == ["PRICE": 2])
        #expect(report.failed == ["PRODUCT": 1])
        #expect(report.stuck == [.init(mapping: "PRICE", cause: "unseen"): 1])
        #expect(report.longest.map(\.isStuck) == [true, false])
        #expect(report.tallies.map(\.records) == [2])
        #expect(report.tallies.first.map { "\($0.cause.link.mapping) \($0.cause.link.key)" } == "PRODUCT 9")
        #expect(report.failures.map(\.name) == ["8"])
    }

    @Test("stays bounded with very many records and very long chains")
    func bounds() {
        let many = (0..<12_000).map { waiting("PRICE", "\($0)", $0, for: [("PRODUCT", "\($0 % 50)")]) }
        let report = report(many)
        #expect(report.waitingCount == 12_000)
        #expect(report.stuckCount == 12_000)
        #expect(report.stuck[.init(mapping: "PRICE", cause: "unknown")] == 2_000)
        #expect(report.longest.count == StuckFinder.shownLimit)
        #expect(report.tallies.count == StuckFinder.tallyLimit)

        var small = UnsettledCouplings(pairLimit: 4, nameLimit: 6)
        for coupling in many.prefix(6) { small.take(pairKey: coupling.pairKey.description, coupling, partition: 0) }
        #expect(small.table.pairs.count == 4)
        #expect(small.isTruncated)
        #expect(!small.hasRoomAgain)
        for coupling in many.prefix(3) { small.take(pairKey: coupling.pairKey.description, nil, partition: 0) }
        #expect(small.hasRoomAgain)
        for number in 0..<9 {
            let filtered = Pairs.coupling("UNIT", "U\(number)", number, .filtered)
            small.take(pairKey: filtered.pairKey.description, filtered, partition: 0)
        }
        #expect(!small.hasRoomAgain)
    }

    @Test("an obstacle comes from verdicts, holds and gates, in this order")
    func obstaclesOfSnapshot() {
        let configuration = CoordinatorConfiguration(
            mappings: [
                .made("ITEM", worker: "w", entities: ["items"]),
                .made("UNIT", worker: "w", entities: ["items", "units"]),
            ],
            kafka: KafkaConfiguration([:])
        )
        var snapshot = CoordinatorSnapshot()
        #expect(snapshot.obstacles(configuration).obstacle(of: "ITEM") == nil)
        snapshot.gates = [Gate(worker: "w", isOpen: false, reason: "x lags", sinceMs: nil)]
        #expect(snapshot.obstacles(configuration).obstacle(of: "ITEM")?.kind == .gateClosed)
        snapshot.holds = [Hold(mapping: "UNIT", nil)]
        #expect(snapshot.obstacles(configuration).obstacle(of: "ITEM")?.words.contains("hold of UNIT") == true)
        snapshot.verdicts = [WorkerVerdict(worker: "w", verdict: .stopped, reason: "silent", rate: 0)]
        #expect(snapshot.obstacles(configuration).obstacle(of: "ITEM")?.kind == .workerStopped)
        #expect(snapshot.obstacles(configuration).obstacle(of: "OTHER") == nil)
    }
}
