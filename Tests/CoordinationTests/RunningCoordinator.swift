// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Telemetry

@testable import Coordination

/// A coordinator on a thread of its own, which tells after each of its steps that something may have changed.
final class RunningCoordinator: Sendable {
    let view = CoordinatorView()
    let health = Health()
    let metrics = Metrics()
    private let isStopping = Atomic(false)
    private let hasStepped = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let failure = Mutex<(any Error)?>(nil)

    init(_ configuration: CoordinatorConfiguration) {
        let thread = Thread { [self] in
            do {
                let coordinator = try Coordinator(
                    configuration,
                    log: Log(level: .error),
                    metrics: metrics,
                    health: health,
                    clock: Timestamp.now,
                    view: view
                )
                try coordinator.run {
                    hasStepped.signal()
                    return isStopping.load(ordering: .acquiring)
                }
            } catch {
                failure.withLock { $0 = error }
            }
            hasStepped.signal()
            hasEnded.signal()
        }
        thread.start()
    }

    /// What ended it before it was told to stop.
    var error: (any Error)? { failure.withLock { $0 } }

    /// How often it became active.
    var takeovers: Int {
        let lines = String(decoding: metrics.render(), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("sync_coordinator_takeovers_total ") }
        return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    }

    /// Waits, step by step, until the claim holds.
    func wait(until what: String, _ claim: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !claim() {
            if let error { throw error }
            guard ContinuousClock.now < deadline, hasStepped.wait(timeout: .now() + 30) == .success else {
                throw WaitedInVain(what: what, reasons: health.reasons)
            }
        }
    }

    /// Tells it to stop and waits until it has.
    func stop() throws {
        isStopping.store(true, ordering: .releasing)
        guard hasEnded.wait(timeout: .now() + 30) == .success else {
            throw WaitedInVain(what: "the coordinator's end", reasons: health.reasons)
        }
        if let error { throw error }
    }
}

struct WaitedInVain: Error {
    let what: String
    let reasons: [String: String]
}
