// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Simulation

/// Spoiled events through all six workers, in runs that begin anew so that memory stays bounded.
struct WorkerStream {
    private static let run = 5_000
    let count: Int
    let seed: UInt64

    /// Plays the stream and prints what became of it.
    ///
    /// - Returns: whether every event is accounted for.
    func play() throws -> Bool {
        var ends: [String: Int] = [:]
        var outcomes: [String: Int] = [:]
        var sent = 0
        var (taken, committed, forwarded, changes) = (0, 0, 0, 0)
        let started = ContinuousClock.now
        for (number, start) in stride(from: 0, to: count, by: Self.run).enumerated() {
            let part = min(Self.run, count - start)
            let run = try HostileRun(seed: seed &+ UInt64(number))
            try run.play(part)
            let account = run.account
            guard account.faults.isEmpty else {
                print("workers: seed \(seed &+ UInt64(number)), \(part) events:")
                for fault in account.faults.prefix(10) { print("  \(fault)") }
                return false
            }
            sent += part
            taken += account.taken
            committed += run.committed
            forwarded += account.forwarded
            changes += account.changes
            ends.merge(account.ends, uniquingKeysWith: +)
            outcomes.merge(account.outcomes, uniquingKeysWith: +)
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        print("\(sent) events, \(taken) times read by a worker: \(Self.text(ends)); \(forwarded) forwarded")
        print(
            "  what mappings made of them: \(Self.text(outcomes)); \(changes) changes; \(Int(seconds)) s, seed \(seed)"
        )
        return taken == committed
    }

    private static func text(_ counts: [String: Int]) -> String {
        counts.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
