// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel
import Testing

@testable import Coordination

/// Ten minutes of a load that stays at a mark, looked at several times a second.
@Suite("A gate under a load at the mark")
struct GateHysteresisTests {
    /// When the gate of the dependent changed, in milliseconds.
    private func flips(high: Int64, low: Int64, lag: (inout SeededGenerator) -> Int64, seed: UInt64) -> [Int64] {
        let decider = GateDecider(
            graph: WorkerGraph(mappings: [
                .made("UNIT", worker: "unit-worker"), .made("PRODUCT", worker: "product-worker", refersTo: ["UNIT"]),
            ]),
            high: high,
            low: low
        )
        var generator = SeededGenerator(seed: seed)
        var gates: [String: Gate] = [:]
        var flips: [Int64] = []
        var now: Int64 = 1_000_000
        while now < 1_600_000 {
            now += Int64.random(in: 50...400, using: &generator)
            let lags = ["unit-worker": lag(&generator), "product-worker": 0]
            for gate in decider.decide(lags: lags, gates: gates, nowMs: now) {
                if gate.isOpen != gates[gate.worker]?.isOpen ?? true { flips.append(now) }
                gates[gate.worker] = gate
            }
        }
        return flips
    }

    @Test("closes once, and stays so, where the marks are apart")
    func apart() {
        let seed = UInt64.random(in: 0...UInt64.max)
        let high = flips(high: 5_000, low: 500, lag: { Int64.random(in: 4_500...5_500, using: &$0) }, seed: seed)
        #expect(high.count == 1, "seed \(seed)")
        // At the low mark it never closes at all.
        let low = flips(high: 5_000, low: 500, lag: { Int64.random(in: 0...1_000, using: &$0) }, seed: seed)
        #expect(low.isEmpty, "seed \(seed)")
    }

    @Test("changes at most once a second where they are as close as can be")
    func close() {
        let seed = UInt64.random(in: 0...UInt64.max)
        let times = flips(high: 5_000, low: 4_999, lag: { Int64.random(in: 4_900...5_100, using: &$0) }, seed: seed)
        // It does change all the time, or the next line would say nothing.
        #expect(times.count > 300, "seed \(seed)")
        let shortest = zip(times, times.dropFirst()).map { $1 - $0 }.min() ?? 0
        #expect(shortest >= 1_000, "seed \(seed)")
    }
}
