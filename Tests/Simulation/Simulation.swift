// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// One run of a seed, and what came of it.
public struct Simulation: Sendable {
    /// What was planned.
    public let plan: SimulationPlan
    /// What is wrong; empty where nothing is.
    public let violations: [String]
    /// What happened, where it was asked for.
    public let trace: [String]
    /// How many faults there were of each kind.
    public let faultsByKind: [SimulationPlan.Fault: Int]
    /// How many faults there were.
    public var faults: Int { faultsByKind.values.reduce(0, +) }
    /// How many changes were published.
    public let changes: Int
    /// How many rows were compared.
    public let rows: Int
    /// How many calls there were.
    public let calls: Int
    /// The couplings at the end, by pair key, as far as the order of the events does not decide.
    public private(set) var couplings: [String: String] = [:]
    /// The coordinator's calls in its first life; empty without one.
    public let stages: [String]
    /// Workers whose gates it has closed.
    public let closedGates: Set<String>
    /// How often a coordinator was started.
    public let coordinatorLives: Int
    /// A number for the whole course.
    public let digest: UInt64

    /// Plays a plan to its end and judges it.
    public init(_ plan: SimulationPlan, isTraced: Bool = false) throws {
        let world = try SimulatedWorld(plan, isTraced: isTraced)
        var violations: [String] = []
        var changes = 0
        var rows = 0
        if let failure = try world.play() {
            violations = [failure]
        } else {
            let verdict = try SimulationVerdict(world)
            violations = verdict.faults
            changes = verdict.changes
            rows = verdict.rows
            couplings = verdict.couplings.mapValues { coupling in
                // A line has its header's ship-to address as it was when the line was judged (INV-22).
                let kept = coupling.base.filter { !$0.key.hasPrefix("shipto_") }
                let values = kept.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return "\(coupling.state.rawValue) \(coupling.exists) \(values.joined(separator: ", "))"
            }
        }
        self.plan = plan
        self.violations = violations
        self.changes = changes
        self.rows = rows
        trace = world.trace
        faultsByKind = world.faultsByKind
        calls = world.calls
        digest = world.digest
        stages = world.coordinator?.stages ?? []
        closedGates = world.coordinator?.closedGates ?? []
        coordinatorLives = world.coordinator?.lives ?? 0
    }

    /// The same failure with as little as possible: fewer faults, fewer kinds of them, fewer records.
    public func shrunk(within attempts: Int = 60) -> Simulation {
        var best = self
        var left = attempts
        func attempt(_ change: (inout SimulationPlan) -> Void) -> Bool {
            guard left > 0 else { return false }
            left -= 1
            var plan = best.plan
            change(&plan)
            guard let run = try? Simulation(plan), !run.violations.isEmpty else { return false }
            best = run
            return true
        }
        for kind in SimulationPlan.Fault.allCases where best.plan.faults.contains(kind) {
            _ = attempt { $0.faults.remove(kind) }
        }
        for change in [
            { $0.instances = 1 }, { $0.invoices = 0 }, { $0.prices = 0 }, { $0.prices = 1 }, { $0.partitions = 1 },
        ] as [(inout SimulationPlan) -> Void] {
            _ = attempt(change)
        }
        var low = 0
        var high = best.faults
        while low < high {
            let middle = (low + high) / 2
            if attempt({ $0.faultLimit = middle }) { high = middle } else { low = middle + 1 }
        }
        return (try? Simulation(best.plan, isTraced: true)) ?? best
    }

    /// What failed, for a reader.
    public var report: String {
        let shown = violations.prefix(10).map { "  \($0)" }.joined(separator: "\n")
        let course = trace.suffix(60).map { "  \($0)" }.joined(separator: "\n")
        return "\(plan.description)\n\(violations.count) violations, \(faults) faults, \(calls) calls:\n\(shown)"
            + (course.isEmpty ? "" : "\ncourse (call, time, what):\n\(course)")
    }
}
