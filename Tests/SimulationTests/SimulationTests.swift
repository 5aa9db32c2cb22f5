// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

/// The real worker loop, engine, inbox and local state over a simulated Kafka, with everything that can go wrong.
///
/// `SIMULATION_SEED` chooses the first seed and `SIMULATION_RUNS` how many there are.
struct SimulationTests {
    static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? 1
        let runs = environment["SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 24
        return (0..<runs).map { first + $0 }
    }()

    @Test(arguments: seeds)
    func nothingIsLostAndNothingIsDoubled(seed: UInt64) throws {
        let run = try Simulation(SimulationPlan(seed: seed))
        #expect(run.violations.isEmpty, "\(run.violations.isEmpty ? "" : run.shrunk().report)")
        #expect(run.rows > 3)
    }

    @Test func aSeedDecidesTheWholeCourse() throws {
        let first = try Simulation(SimulationPlan(seed: 7))
        let second = try Simulation(SimulationPlan(seed: 7))
        #expect(first.digest == second.digest)
        #expect(first.calls == second.calls)
    }
}
