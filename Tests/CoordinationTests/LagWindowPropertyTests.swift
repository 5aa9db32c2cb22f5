// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel
import Testing

@testable import Coordination

/// Random lives of a group in a partition: whatever came before, a minute and a half of one behaviour has its verdict.
@Suite("Lag windows under random histories")
struct LagWindowPropertyTests {
    private enum Behaviour: CaseIterable {
        case idle, catchingUp, keepingUp, fallingBehind, standing
    }

    @Test("judge the last minute and nothing before it, and stay small")
    func invariants() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("LagWindowPropertyTests seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            var window = LagWindow()
            var now: Int64 = 1_000_000_000
            var committed: Int64 = .random(in: 0...1_000, using: &generator)
            var end = committed + .random(in: 0...500, using: &generator)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let behaviour = Behaviour.allCases.randomElement(using: &generator) ?? .idle
                if behaviour == .idle { committed = end }
                if behaviour == .catchingUp { end = committed + 100_000 }
                if behaviour == .fallingBehind || behaviour == .standing { end = max(end, committed + 1) }
                var zeroAt = now - 1_000_000
                let until = now + 90_000
                while now < until {
                    now += .random(in: 200...3_000, using: &generator)
                    Self.go(on: behaviour, &committed, &end, &generator)
                    window.take(atMs: now, committed: committed, lag: end - committed)
                    if end == committed { zeroAt = now }
                    if now - zeroAt < LagWindow.lengthMs - LagWindow.spacingMs, window.verdict != .ok {
                        Issue.record("seed \(seed) round \(round): bad though there was nothing to do")
                    }
                    #expect(window.samples.count <= 21, "seed \(seed) round \(round)")
                }
                #expect(window.verdict == Self.expected(behaviour), "seed \(seed) round \(round) \(behaviour)")
            }
        }
    }

    private static func go(
        on behaviour: Behaviour,
        _ committed: inout Int64,
        _ end: inout Int64,
        _ generator: inout SeededGenerator
    ) {
        switch behaviour {
        case .idle: break
        case .catchingUp: committed += .random(in: 1...20, using: &generator)
        case .keepingUp:
            end += .random(in: 1...20, using: &generator)
            committed = end
        case .fallingBehind:
            let step = Int64.random(in: 1...20, using: &generator)
            committed += step
            end += step + .random(in: 1...20, using: &generator)
        case .standing: end += .random(in: 0...5, using: &generator)
        }
    }

    private static func expected(_ behaviour: Behaviour) -> Verdict {
        switch behaviour {
        case .idle, .catchingUp, .keepingUp: .ok
        case .fallingBehind: .slow
        case .standing: .stalled
        }
    }
}
