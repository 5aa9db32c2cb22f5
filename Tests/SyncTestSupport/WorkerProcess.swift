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
    /// The network and disk that it has for itself; nil where it shares everybody's.
    public let cell: WorkerCell?
    private let executable: String
    private let directory: String
    /// Where its state is for us; for itself it may be elsewhere.
    private let state: String
    private let environment: [String: String]
    private var process: KillableProcess?
    /// Whether there is a copy of its state from an earlier kill.
    public private(set) var hasOlderCopy = false

    /// Describes a process, whose state and log go into the directory; nothing is started.
    public init(
        _ worker: String,
        instance: String,
        executables: String,
        directory: String,
        environment: [String: String],
        stateName: String? = nil,
        cell: WorkerCell? = nil
    ) throws {
        self.cell = cell
        self.worker = worker
        self.instance = instance
        executable = "\(executables)/\(worker)"
        self.directory = "\(directory)/\(worker)-\(stateName ?? instance)"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        let ownState = "\(cell?.disk ?? self.directory)/state"
        state = cell?.outside(ownState) ?? ownState
        self.environment = environment.merging([
            "SYNC_STATE_DIR": ownState, "SYNC_INSTANCE": instance, "SYNC_LOG_FORMAT": "logfmt",
        ]) { given, _ in given }
    }

    /// Where its log lies.
    public var log: String { "\(directory)/log" }

    /// What it has written.
    public var logText: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Where it serves its endpoints, as it has said in its log; nil before.
    public var url: String? {
        logText.split(separator: "\n").last { $0.hasPrefix("listening on ") }.map { String($0.dropFirst(13)) }
    }

    /// The last lines of it.
    public var logEnd: String { logText.split(separator: "\n").suffix(60).joined(separator: "\n") }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: its exit code.
    public func waitUntilExit() -> Int32 { process?.waitUntilExit() ?? 0 }

    /// Whether it has not ended.
    public var isRunning: Bool { process?.isRunning ?? false }

    /// Starts it.
    public func start() throws {
        let words = (cell?.launcher ?? []) + [executable]
        let arguments = Array(words.dropFirst())
        process = try KillableProcess(words[0], arguments, environment: environment, log: URL(filePath: log))
    }

    /// Ends it without warning (SIGKILL) and starts it again at once.
    public func killAndRestart(_ state: State = .kept) throws {
        kill()
        try prepare(state)
        try start()
    }

    /// Makes the state of a process that does not run what it is to find.
    public func prepare(_ wanted: State) throws {
        let files = FileManager.default
        let (current, copy) = (state, "\(directory)/older")
        switch wanted {
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
    }

    /// Its process id; nil where it was never started.
    public var processID: Int32? { process?.processID }

    /// Stops it where it is, until it is told to go on.
    public func pause() { process?.pause() }

    /// Lets it go on.
    public func resume() { process?.resume() }

    /// Ends it without warning.
    public func kill() { process?.kill() }

    /// Asks it to end.
    public func terminate() { process?.terminate() }

    /// Asks it to end, and waits until it has.
    ///
    /// - Returns: its exit code.
    @discardableResult
    public func stop() -> Int32 {
        process?.terminate()
        return process?.waitUntilExit() ?? 0
    }
}
