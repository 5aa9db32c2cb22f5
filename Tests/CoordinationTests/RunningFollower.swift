// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Telemetry

@testable import Coordination

/// A follower of couplings on a thread of its own, which tells after each of its rounds that something may have changed.
final class RunningFollower: Sendable {
    private let isStopping = Atomic(false)
    private let hasStepped = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    init(_ configuration: CoordinatorConfiguration, view: CoordinatorView, watches: RecordWatches? = nil) {
        let thread = Thread { [self] in
            do {
                let follower = try CouplingsFollower(
                    configuration,
                    view: view,
                    watches: watches,
                    log: Log(level: .error),
                    clock: Timestamp.now
                )
                follower.run {
                    hasStepped.signal()
                    return isStopping.load(ordering: .acquiring)
                }
            } catch {
                print("the follower does not begin: \(error)")
            }
            hasStepped.signal()
            hasEnded.signal()
        }
        thread.start()
    }

    /// Waits, round by round, until the claim holds.
    func wait(until what: String, _ claim: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !claim() {
            guard ContinuousClock.now < deadline, hasStepped.wait(timeout: .now() + 30) == .success else {
                throw WaitedInVain(what: what, reasons: [:])
            }
        }
    }

    /// Tells it to stop and waits until it has; also once more.
    func stop() throws {
        isStopping.store(true, ordering: .releasing)
        guard hasEnded.wait(timeout: .now() + 30) == .success else {
            throw WaitedInVain(what: "the follower's end", reasons: [:])
        }
        hasEnded.signal()
    }
}
