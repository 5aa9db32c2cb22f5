// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
public import Telemetry
public import WorkerRuntime

/// A worker on a thread of its own, as its executable runs it.
public final class WorkerThread: Sendable {
    /// The worker's name.
    public let name: String
    /// Its metrics.
    public let metrics = Metrics()
    /// Its readiness.
    public let health = Health()
    private let isStopping = Atomic(false)
    private let outcome = Mutex<Outcome>(.running)
    private let finished = DispatchSemaphore(value: 0)

    private enum Outcome {
        case running
        case ended
        case failed(String)
    }

    /// Starts a worker.
    public init(_ configuration: WorkerConfiguration, log: Log) {
        name = configuration.worker
        let thread = Thread { [self] in
            do {
                let worker = try Worker(
                    configuration,
                    log: log,
                    metrics: metrics,
                    health: health,
                    clock: Telemetry.Timestamp.now,
                    isStopping: { [self] in isStopping.load(ordering: .relaxed) }
                )
                try worker.run(isStopping: { [self] in isStopping.load(ordering: .relaxed) })
                outcome.withLock { $0 = .ended }
            } catch {
                log.error("worker ended", [("worker", .string(name)), ("error", .string("\(error)"))])
                outcome.withLock { $0 = .failed("\(error)") }
            }
            finished.signal()
        }
        thread.name = configuration.worker
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Why the worker ended by itself; nil while it runs or after it was stopped.
    public var failure: String? {
        outcome.withLock {
            if case .failed(let reason) = $0 { return reason }
            return nil
        }
    }

    /// Asks the worker to stop and waits until it has handed back its partitions.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        finished.wait()
        finished.signal()
    }
}
