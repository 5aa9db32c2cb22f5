// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// Something of the coordinator's that runs on a thread of its own until it is told to stop.
final class BackgroundThread: Sendable {
    /// What runs; it asks several times a second whether to stop.
    typealias Body = (_ isStopping: () -> Bool) -> Void

    private let isStopping = Atomic(false)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts it.
    init(_ name: String, _ body: sending @escaping Body) {
        let handed = Handed(body)
        let thread = Thread { [self] in
            handed.body { [self] in isStopping.load(ordering: .acquiring) }
            finished.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Asks it to stop and waits until it has.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        finished.wait()
        finished.signal()
    }

    /// `@unchecked Sendable`: handed from the thread that made it to the one that runs it, and used by no other.
    private final class Handed: @unchecked Sendable {
        let body: Body

        init(_ body: @escaping Body) { self.body = body }
    }
}
