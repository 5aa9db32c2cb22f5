// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

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
    private let thread: ServiceThread

    /// Starts a worker.
    public init(_ configuration: WorkerConfiguration, log: Log) {
        name = configuration.worker
        let (metrics, health) = (metrics, health)
        thread = ServiceThread(configuration.worker, log: log) { isStopping in
            let worker = try Worker(
                configuration,
                log: log,
                metrics: metrics,
                health: health,
                clock: Timestamp.now,
                isStopping: isStopping
            )
            try worker.run(isStopping: isStopping)
        }
    }

    /// Why the worker ended by itself; nil while it runs or after it was stopped.
    public var failure: String? { thread.failure }

    /// Asks the worker to stop and waits until it has handed back its partitions.
    public func stop() { thread.stop() }
}
