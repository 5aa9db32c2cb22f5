// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Why a test could not go on: what it waited for did not happen in time, or a process ended.
struct Unmet: Error, CustomStringConvertible {
    let description: String
}

/// Runs a test's body, which waits a lot, on a thread of its own, so that such tests do not hold up one another.
func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withTaskExecutorPreference(ThreadExecutor()) { try await OwnThread.run(body) }
}

private enum OwnThread {
    /// Asynchronous only by name: what makes the executor take it.
    @concurrent
    static func run(_ body: @Sendable () throws -> Void) async throws { try body() }
}

/// Runs each job on a thread of its own; the task stays the same, and with it the test that issues are recorded for.
private final class ThreadExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }.start()
    }
}

/// A directory that goes away with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "worker-runtime-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
