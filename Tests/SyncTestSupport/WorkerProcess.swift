// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport

/// One worker executable as a process of its own.
public final class WorkerProcess {
    /// What its state is when it starts again after a kill.
    public enum State: Sendable {
        /// As it was.
        case kept
        /// None.
        case lost
        /// As it was at an earlier kill.
        case older
    }

    /// The executable.
    public let worker: String
    /// The instance's name.
    public let instance: String
    private let executable: String
    private let directory: String
    private let environment: [String: String]
    private var process: KillableProcess?
    private var hasOlderCopy = false

    /// Describes a process, whose state and log go into the directory; nothing is started.
    public init(
        _ worker: String,
        instance: String,
        executables: String,
        directory: String,
        environment: [String: String],
        stateName: String? = nil
    ) throws {
        self.worker = worker
        self.instance = instance
        executable = "\(executables)/\(worker)"
        self.directory = "\(directory)/\(worker)-\(stateName ?? instance)"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        self.environment = environment.merging([
            "SYNC_STATE_DIR": "\(self.directory)/state", "SYNC_INSTANCE": instance, "SYNC_LOG_FORMAT": "logfmt",
        ]) { given, _ in given }
    }

    /// Where its log lies.
    public var log: String { "\(directory)/log" }

    /// What it has written.
    public var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// The last lines of it.
    public var logEnd: String { logText.split(separator: "\n").suffix(20).joined(separator: "\n") }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: its exit code.
    public func waitUntilExit() -> Int32 { process?.waitUntilExit() ?? 0 }

    /// Whether it has not ended.
    public var isRunning: Bool { process?.isRunning ?? false }

    /// Starts it.
    public func start() throws {
        process = try KillableProcess(executable, [], environment: environment, log: URL(filePath: log))
    }

    /// Ends it without warning (SIGKILL) and starts it again at once.
    public func killAndRestart(_ state: State = .kept) throws {
        process?.kill()
        let files = FileManager.default
        let (current, copy) = ("\(directory)/state", "\(directory)/older")
        switch state {
        case .kept:
            if !hasOlderCopy, files.fileExists(atPath: current) {
                try files.copyItem(atPath: current, toPath: copy)
                hasOlderCopy = true
            }
        case .lost:
            try? files.removeItem(atPath: current)
        case .older:
            if hasOlderCopy {
                try? files.removeItem(atPath: current)
                try files.copyItem(atPath: copy, toPath: current)
            }
        }
        try start()
    }

    /// Stops it where it is, until it is told to go on.
    public func pause() { process?.pause() }

    /// Lets it go on.
    public func resume() { process?.resume() }

    /// Ends it without warning.
    public func kill() { process?.kill() }

    /// Asks it to end, and waits until it has.
    ///
    /// - Returns: its exit code.
    @discardableResult
    public func stop() -> Int32 {
        process?.terminate()
        return process?.waitUntilExit() ?? 0
    }
}
