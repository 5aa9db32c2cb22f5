// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// Runs a follower of couplings on a thread of its own, as long as it lives.
public final class FollowerThread: Sendable {
    private let isStopping = Atomic(false)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts it.
    public init(_ follower: sending CouplingsFollower) {
        let handed = Handed(follower)
        let thread = Thread { [self] in
            handed.follower.run { [self] in isStopping.load(ordering: .acquiring) }
            finished.signal()
        }
        thread.name = "couplings"
        thread.start()
    }

    /// Asks it to stop and waits until it has.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        finished.wait()
        finished.signal()
    }

    /// `@unchecked Sendable`: handed from the thread that made it to the one that uses it, and used by no other.
    private final class Handed: @unchecked Sendable {
        let follower: CouplingsFollower

        init(_ follower: CouplingsFollower) { self.follower = follower }
    }
}
