// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
public import Telemetry

/// Something that runs until it is told to stop, on a thread of its own.
public final class ServiceThread: Sendable {
    /// What it is called in the log.
    public let name: String
    private let isStopping = Atomic(false)
    private let reason = Mutex<String?>(nil)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts it; `body` runs until what it is given returns true.
    public init(_ name: String, log: Log, body: @escaping @Sendable (_ isStopping: () -> Bool) throws -> Void) {
        self.name = name
        let thread = Thread { [self] in
            do {
                try body { [self] in isStopping.load(ordering: .relaxed) }
            } catch is CancellationError {
                // It was told to stop before it had begun.
            } catch {
                log.error("service ended", [("service", .string(name)), ("error", .string("\(error)"))])
                reason.withLock { $0 = "\(error)" }
            }
            finished.signal()
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Why it ended by itself; nil while it runs or after it was stopped.
    public var failure: String? { reason.withLock { $0 } }

    /// Asks it to stop and waits until it has.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        finished.wait()
        finished.signal()
    }
}
