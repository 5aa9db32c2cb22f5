// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import StateStore

/// Opens a worker's local state, which its predecessor may hold a moment longer than it lives.
struct StateOpening {
    /// How long a directory in use is waited for, in milliseconds.
    var patienceMs: Int64 = 5_000
    /// The time in milliseconds of a clock that only goes on.
    var now: () -> Int64 = { Int64(ProcessInfo.processInfo.systemUptime * 1_000) }
    /// Waits a moment.
    var pause: () -> Void = { Thread.sleep(forTimeInterval: 0.1) }

    /// Opens the state; waits a little where a process that was killed has not quite gone.
    ///
    /// - Throws: `StateStoreError`; `CancellationError` when told to stop meanwhile.
    func open(_ configuration: WorkerConfiguration, isStopping: () -> Bool) throws -> StateStore {
        try open(isStopping: isStopping) { () throws(StateStoreError) in try Self.open(configuration) }
    }

    /// Opens the state at once or not at all.
    static func open(_ configuration: WorkerConfiguration) throws(StateStoreError) -> StateStore {
        try StateStore(
            directory: configuration.stateDirectory,
            tables: LocalState.tableNames,
            growthBytes: configuration.stateGrowthBytes,
            formatVersion: LocalState.formatVersion,
            owner: configuration.group
        )
    }

    /// Calls the body until it succeeds, or fails with something else than a directory in use, or the time is over.
    func open(isStopping: () -> Bool, _ body: () throws(StateStoreError) -> StateStore) throws -> StateStore {
        let deadline = now() + patienceMs
        while true {
            do {
                return try body()
            } catch let error {
                guard case .inUse = error.reason, now() < deadline else { throw error }
                if isStopping() { throw CancellationError() }
                pause()
            }
        }
    }
}
