// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel
import Testing

@testable import Coordination

@Suite("Gates under random lags")
struct GateDeciderPropertyTests {
    @Test("obey dependencies, marks and the interval, and never all wait")
    func invariants() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("GateDeciderPropertyTests seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let world = RandomMappings(&generator)
            let high = Int64.random(in: 0...1_000, using: &generator)
            let low = Int64.random(in: 0...high, using: &generator)
            let decider = GateDecider(graph: WorkerGraph(mappings: world.mappings), high: high, low: low)
            var run = GateRun(decider: decider, dependencies: world.workerDependencies())
            #expect(world.isAcyclic(run.dependencies), "seed \(seed) round \(round)")
            for step in 0..<100 {
                if let problem = run.step(&generator) {
                    Issue.record("seed \(seed) round \(round) step \(step): \(problem)")
                    return
                }
            }
        }
    }
}

/// One history of gates with what it has to keep to, judged from the outside.
private struct GateRun {
    let decider: GateDecider
    let dependencies: [String: Set<String>]
    var gates: [String: Gate] = [:]
    var flippedAt: [String: Int64] = [:]
    var lags: [String: Int64] = [:]
    var unconfirmed: [String: Int64] = [:]
    var now: Int64 = 1_000_000

    /// Decides once; the broken promise where there is one.
    mutating func step(_ generator: inout SeededGenerator) -> String? {
        now += Int64.random(in: 0...1_500, using: &generator)
        for worker in decider.graph.workers where Int.random(in: 0..<3, using: &generator) == 0 {
            let isKnown = Int.random(in: 0..<10, using: &generator) > 0
            lags[worker] = isKnown ? Int64.random(in: 0...(2 * decider.high + 1), using: &generator) : nil
            unconfirmed[worker] = Bool.random(using: &generator) ? Int64.random(in: 0...100, using: &generator) : nil
        }
        let before = gates
        let changed = decider.decide(lags: lags, unconfirmed: unconfirmed, gates: before, nowMs: now)
        for gate in changed { gates[gate.worker] = gate }
        for worker in decider.graph.workers {
            if let problem = judge(worker, before: before[worker]?.isOpen ?? true) { return "\(worker): \(problem)" }
        }
        let again = decider.decide(lags: lags, unconfirmed: unconfirmed, gates: gates, nowMs: now)
        return again.isEmpty ? nil : "deciding twice changes something"
    }

    private mutating func judge(_ worker: String, before: Bool) -> String? {
        let needed = dependencies[worker, default: []]
        let behind = needed.compactMap { other in lags[other].map { $0 + unconfirmed[other, default: 0] } }
        let isAnyClosed = needed.contains { gates[$0]?.isOpen == false }
        let isAnyHigh = behind.contains { $0 > decider.high }
        let areAllLow = behind.allSatisfy { $0 <= decider.low }
        let isOpen = gates[worker]?.isOpen ?? true
        let mayFlip = now - flippedAt[worker, default: .min / 2] >= 1_000
        if isOpen != before {
            if !mayFlip { return "flips twice within a second" }
            if isOpen, !areAllLow { return "opens against what it depends on" }
            if isOpen, isAnyClosed { return "opens before what it depends on" }
            if !isOpen, !isAnyHigh { return "closes without need" }
            flippedAt[worker] = now
            if gates[worker]?.sinceMs != now { return "does not say since when" }
        } else if mayFlip {
            if isOpen, isAnyHigh { return "stays open against what it depends on" }
            if !isOpen, areAllLow, !isAnyClosed { return "stays closed without need" }
        }
        guard !isOpen, !areAllLow else { return nil }
        guard let gate = gates[worker], gate.reason?.isEmpty == false, !gate.waitsFor.isEmpty else {
            return "is closed and does not say why"
        }
        return nil
    }
}
