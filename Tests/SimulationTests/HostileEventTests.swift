// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom
import Simulation
import Testing

/// I6 by the thousand: whatever becomes of an event on its way, it is accounted for, and the others flow on.
struct HostileEventTests {
    /// `HOSTILE_EVENTS` says how many, in runs of 3,000.
    static let runs: [Int] = {
        let count = ProcessInfo.processInfo.environment["HOSTILE_EVENTS"].flatMap { Int($0) } ?? 3_000
        return stride(from: 0, to: count, by: 3_000).map { min(3_000, count - $0) }
    }()
    static let seed = SeededGenerator.seed(of: "HostileEventTests")

    @Test(arguments: Array(runs.enumerated()))
    func everyEventIsAccountedFor(number: Int, count: Int) throws {
        let run = try HostileRun(seed: Self.seed &+ UInt64(number))
        try run.play(count)
        let account = run.account
        #expect(account.faults.isEmpty, "\(account.faults.prefix(10).joined(separator: "\n"))")
        #expect(account.taken == run.committed)
        // A stream in which nothing is spoiled, or nothing arrives, would show nothing.
        for end in ["dead letter", "tombstone", "taken"] { #expect(account.ends[end] ?? 0 > count / 1_000, "\(end)") }
        for outcome in ["inserted", "modified", "stale", "failed", "waiting", "deleted"] {
            #expect(account.outcomes[outcome] ?? 0 > 0, "\(outcome)")
        }
        #expect(account.changes > 0)
        #expect((account.forwarded > 0) == (run.partitions > 1))
    }
}
