// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import Kafka
import Synchronization
import SyncModel
import Testing

@testable import Coordination
@testable import Inspection

/// What is known of records that are looked at, without a broker and a browser.
@Suite("Records that are looked at")
struct RecordWatchesTests {
    private final class Clock: Sendable {
        let nowMs = Atomic<Int64>(1_000)
    }

    private struct Scene {
        let clock = Clock()
        let watches: RecordWatches
        let scope: SearchScope

        init() {
            watches = RecordWatches { [clock] in clock.nowMs.load(ordering: .relaxed) }
            let mappings = [
                TableMapping.made("UNIT", worker: "unit-worker"), .made("PRODUCT", worker: "product-worker"),
            ]
            scope = SearchScope(prefix: "", mappings: mappings, obstacles: Obstacles(mappings: mappings))
        }
    }

    private let query = PairQuery("1000", mapping: nil, mappingNames: ["UNIT", "PRODUCT"])
    private let unit = Waiting.Reference(mapping: "UNIT", key: "PCS", reason: .unseen)

    private func report(_ coupling: Coupling, at offset: Int64) -> RecordReport {
        var report = RecordReport(query: query, atMs: 900)
        report.pairs = [RecordReport.Pair(coupling, 1, at: offset)]
        return report
    }

    private func state(_ scene: Scene) -> Coupling.State? {
        scene.watches.shown(query)?.report.pairs.first?.glance.state
    }

    @Test("nothing is missed between a search and what is followed, and nothing older is taken for newer")
    func merges() throws {
        let scene = Scene()
        let key = "PRODUCT/CRONUS/\(Pairs.id(1))"
        func take(_ state: Coupling.State?, at offset: Int64) {
            let coupling = state.map { Pairs.coupling("PRODUCT", "1000", 1, $0, exists: $0 == .coupled) }
            scene.watches.take(pairKey: key, coupling, partition: 1, offset: offset)
        }
        take(.failed, at: 3)
        scene.watches.expect(query)
        // While the search reads: what it has seen of it, and what it has not.
        take(.waiting, at: 4)
        take(.coupled, at: 6)
        scene.watches.take(report(Pairs.coupling("PRODUCT", "1000", 1, .pending), at: 5))
        #expect(state(scene) == .pending)
        #expect(scene.watches.takeNews() && !scene.watches.takeNews())
        let judge = { scene.watches.judge(by: UnsettledCouplings(), scene.scope, SearchLimits()) }
        judge()
        #expect(state(scene) == .coupled)
        let version = scene.watches.shown(query)?.version
        judge()
        #expect(scene.watches.shown(query)?.version == version, "nothing is told twice")
        // A search that took longer than what was followed meanwhile.
        scene.watches.take(report(Pairs.coupling("PRODUCT", "1000", 1, .pending), at: 5))
        judge()
        #expect(state(scene) == .coupled)
        // And one that has read further than what was followed.
        scene.watches.take(report(Pairs.coupling("PRODUCT", "1000", 1, .failed), at: 9))
        judge()
        #expect(state(scene) == .failed)
        take(nil, at: 10)
        judge()
        #expect(scene.watches.shown(query)?.report.pairs.isEmpty == true, "it is forgotten")
        take(.waiting, at: 11)
        judge()
        #expect(state(scene) == .waiting, "it came again")
    }

    @Test("a pair that comes into being, and one that waits, are found by the name that was asked for")
    func comes() throws {
        let scene = Scene()
        scene.watches.expect(query)
        scene.watches.take(RecordReport(query: query, atMs: 900))
        var couplings = UnsettledCouplings()
        let reference = Waiting.Reference(mapping: "PRODUCT", key: "1000", reason: .unseen)
        let waiter = Pairs.coupling("PRODUCT", "2000", 2, .waiting, waitsFor: [reference])
        func take(_ coupling: Coupling, at offset: Int64) {
            let key = coupling.pairKey.description
            couplings.take(pairKey: key, coupling, partition: 1)
            scene.watches.take(pairKey: key, coupling, partition: 1, offset: offset)
        }
        take(waiter, at: 1)
        scene.watches.judge(by: couplings, scene.scope, SearchLimits())
        #expect(scene.watches.shown(query)?.report.absent.map(\.waiters.count) == [1])
        take(Pairs.coupling("PRODUCT", "1000", 1, .waiting, waitsFor: [unit]), at: 2)
        scene.watches.judge(by: couplings, scene.scope, SearchLimits())
        let report = try #require(scene.watches.shown(query)?.report)
        #expect(report.absent.isEmpty)
        #expect(report.pairs.map(\.waiters.count) == [1])
        #expect(report.pairs.first?.causes.map(\.words) == ["was never seen"])
    }

    @Test("are no more than a few; those that nobody listens to are forgotten, the oldest first where room is needed")
    func bounds() throws {
        let scene = Scene()
        func query(_ number: Int) -> PairQuery { PairQuery("\(number)", mapping: nil, mappingNames: []) }
        for number in 0...RecordWatches.limit {
            scene.clock.nowMs.add(1, ordering: .relaxed)
            scene.watches.expect(query(number))
        }
        for number in [0, 1, RecordWatches.limit] {
            scene.watches.take(RecordReport(query: query(number), atMs: 900))
        }
        #expect(scene.watches.shown(query(0)) == nil, "the oldest made room")
        #expect(scene.watches.shown(query(1)) != nil && scene.watches.shown(query(RecordWatches.limit)) != nil)
        #expect(!scene.watches.sweep())
        #expect(scene.watches.isWatching)
        scene.clock.nowMs.add(RecordWatches.lingerMs * 2, ordering: .relaxed)
        #expect(!scene.watches.sweep())
        #expect(!scene.watches.isWatching, "what costs nobody anything is nothing")
    }
}
