// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Foundation

// Unchecked: nothing is assigned after init, and Foundation guards the state of its processes.

/// A child process that never outlives this one.
public final class KillableProcess: @unchecked Sendable {
    private let process: Process
    private let guardian: Process
    private let lifeline: Pipe

    /// Starts it; what it writes goes behind what the log holds already.
    public init(_ path: String, _ arguments: [String], environment: [String: String], log: URL) throws {
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        defer { try? output.close() }
        try output.seekToEnd()
        process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // Ends when its standard input does, which is when we let go of it or end, by whatever cause. The scripts of
        // Kafka replace themselves with Java, so the process id is the broker's own.
        lifeline = Pipe()
        guardian = Process()
        guardian.executableURL = URL(filePath: "/bin/sh")
        guardian.arguments = ["-c", "read line; kill -9 \(process.processIdentifier) 2>/dev/null"]
        guardian.standardInput = lifeline
        guardian.standardOutput = FileHandle.nullDevice
        guardian.standardError = FileHandle.nullDevice
        do {
            try guardian.run()
        } catch {
            Foundation.kill(process.processIdentifier, SIGKILL)
            throw error
        }
    }

    deinit { kill() }

    /// Its process id.
    public var processID: Int32 { process.processIdentifier }

    /// Whether it has not ended.
    public var isRunning: Bool { process.isRunning }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: its exit code; of one that a signal ended, 128 and the signal, as a shell says it.
    @discardableResult
    public func waitUntilExit() -> Int32 {
        process.waitUntilExit()
        release()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? 128 + status : status
    }

    /// Asks it to end (SIGTERM).
    public func terminate() {
        if process.isRunning { process.terminate() }
    }

    /// Stops it where it is (SIGSTOP), until it is told to go on.
    public func pause() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGSTOP) }
    }

    /// Lets it go on (SIGCONT).
    public func resume() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGCONT) }
    }

    /// Ends it at once, and returns when it is gone.
    public func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        release()
    }

    /// Lets the guardian go before the process id can belong to somebody else.
    private func release() {
        if guardian.isRunning { Foundation.kill(guardian.processIdentifier, SIGKILL) }
        guardian.waitUntilExit()
        try? lifeline.fileHandleForWriting.close()
    }
}
