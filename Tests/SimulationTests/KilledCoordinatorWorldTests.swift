// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

/// The real workers with the real coordinator, which is killed once at every kind of its calls.
struct KilledCoordinatorWorldTests {
    private func plan(_ seed: UInt64) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed)
        // Only the coordinator dies, so that what differs is its doing.
        plan.faults = []
        plan.invoices = 1
        plan.prices = 2
        plan.instances = 1
        plan.partitions = 2
        plan.batchMax = 5
        plan.coordination = SimulationPlan.Coordination()
        return plan
    }

    private func differences(_ run: Simulation, _ other: Simulation) -> [String] {
        Set(run.couplings.keys).union(other.couplings.keys).sorted().compactMap { pair in
            let (left, right) = (run.couplings[pair] ?? "none", other.couplings[pair] ?? "none")
            return left == right ? nil : "\(pair): \(left) / \(right)"
        }
    }

    @Test(
        "leaves the workers with the couplings and rows that they have without a coordinator",
        arguments: [1, 2, 3] as [UInt64]
    )
    func killed(seed: UInt64) throws {
        var alone = plan(seed)
        alone.coordination = nil
        let without = try Simulation(alone)
        #expect(without.violations == [] && without.couplings.count > 10)
        let undisturbed = try Simulation(plan(seed))
        #expect(undisturbed.violations == [])
        #expect(differences(undisturbed, without) == [])
        #expect(undisturbed.closedGates.count > 1, "gates that were closed: \(undisturbed.closedGates)")
        // The first of each kind of call, and some of the others.
        var kinds: Set<String> = []
        let deaths = undisturbed.stages.indices.filter { kinds.insert(undisturbed.stages[$0]).inserted || $0 % 97 == 0 }
        #expect(kinds.contains { $0.hasPrefix("produce, active") } && kinds.contains { $0.hasSuffix("gates closed") })
        for death in deaths {
            var planned = plan(seed)
            planned.coordination?.deathAtCall = death + 1
            let run = try Simulation(planned)
            let place = "seed \(seed), killed at call \(death + 1): \(undisturbed.stages[death])"
            #expect(run.violations == [], "\(place)")
            #expect(differences(run, without) == [], "\(place)")
            #expect(run.coordinatorLives == 2, "\(place)")
        }
        print("seed \(seed): \(undisturbed.stages.count) calls, \(kinds.count) kinds, \(deaths.count) deaths")
    }
}
