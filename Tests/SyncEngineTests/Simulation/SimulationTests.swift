// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The engine under disorder: six workers, a strict Dataverse, and nothing in its usual order.
///
/// `SIMULATION_SEED` chooses the first seed and `SIMULATION_RUNS` how many there are; with it the whole company is played
/// too. A failure names its seed.
struct SimulationTests {
    static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? 1
        let runs = environment["SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 32
        return (0..<runs).map { first + $0 }
    }()

    @Test(.enabled(if: ProcessInfo.processInfo.environment["SIMULATION_RUNS"] != nil, "takes long"))
    func theWholeCompanyConverges() throws {
        let company = try DemoCompany.whole.get()
        let run = try SimulationRun(seed: SimulationTests.seeds.first ?? 1) { _ in company.all }
        try run.play()
        let verdict = try Verdict(run)
        #expect(verdict.violations.isEmpty, "\(run.description)")
        #expect(verdict.checkedRows > 500, "\(run.description)")
    }

    @Test(arguments: seeds)
    func everythingConvergesInAnyOrder(seed: UInt64) throws {
        let company = try DemoCompany.whole.get()
        let run = try SimulationRun(seed: seed) { company.part(invoices: 4, prices: 10, using: &$0) }
        try run.play()
        let verdict = try Verdict(run)
        #expect(verdict.violations.isEmpty, "\(run.description)")
        #expect(verdict.checkedRows > 20, "\(run.description)")
    }
}
