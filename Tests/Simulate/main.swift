// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Synchronization

// simulate [first seed] [how many] [first]: plays seeds on all processors, and tells what fails; with "first" it ends with
// the first failure, as it is.

let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let environment = ProcessInfo.processInfo.environment
let first = arguments.first ?? environment["SIMULATION_SEED"].flatMap { UInt64($0) } ?? 1
let count = arguments.dropFirst().first ?? environment["SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 1_000
let isQuick = CommandLine.arguments.contains("first")
let started = ContinuousClock.now

struct Tally {
    var runs = 0
    var faults: [SimulationPlan.Fault: Int] = [:]
    var changes = 0
    var digest: UInt64 = 0
    var failed: [UInt64] = []
}

let tally = Mutex(Tally())
DispatchQueue.concurrentPerform(iterations: Int(count)) { index in
    // One failure is enough to look at; the rest would be the same one again.
    guard tally.withLock({ $0.failed.count }) < (isQuick ? 1 : 3) else { return }
    let seed = first + UInt64(index)
    do {
        let run = try Simulation(SimulationPlan(seed: seed))
        let report = run.violations.isEmpty ? nil : (isQuick ? run : run.shrunk()).report
        tally.withLock { tally in
            tally.runs += 1
            tally.faults.merge(run.faultsByKind) { $0 + $1 }
            tally.changes += run.changes
            tally.digest ^= run.digest
            if report != nil { tally.failed.append(seed) }
        }
        if let report { print("FAILED seed \(seed), as small as it gets:\n\(report)\n") }
    } catch {
        print("FAILED seed \(seed): \(error)")
        tally.withLock { $0.failed.append(seed) }
    }
}
let result = tally.withLock { $0 }
let kinds = SimulationPlan.Fault.allCases.map { "\($0.rawValue) \(result.faults[$0] ?? 0)" }
let seconds = (ContinuousClock.now - started) / .seconds(1)
print(
    "\(result.runs) seeds from \(first) on: \(result.changes) changes, \(result.faults.values.reduce(0, +)) faults ("
        + kinds.joined(separator: ", ") + "), "
        + "\(result.failed.count) failed\(result.failed.isEmpty ? "" : " \(result.failed)"), \(Int(seconds)) s, course "
        + String(result.digest, radix: 16)
)
// A kind of fault that never comes proves nothing.
let absent = SimulationPlan.Fault.allCases.filter { result.faults[$0] == nil }
if result.failed.isEmpty, count >= 1_000, !absent.isEmpty {
    print("never happened: \(absent.map(\.rawValue).joined(separator: ", "))")
    exit(1)
}
exit(result.failed.isEmpty ? 0 : 1)
