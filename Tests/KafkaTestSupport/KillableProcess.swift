// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Foundation
import Synchronization

/// A child process that never outlives this one.
///
/// Not Foundation's: that one takes a child for running as long as any other child has inherited what it watches, which
/// happens where several are started and stopped at a time.
public final class KillableProcess: Sendable {
    /// Its process id.
    public let processID: Int32
    private let guardianID: Int32
    private let lifeline: Int32
    /// What `waitpid` has said of it, once it has ended.
    private let status = Mutex<Int32?>(nil)

    /// Starts it; what it writes goes behind what the log holds already.
    public init(_ path: String, _ arguments: [String], environment: [String: String], log: URL) throws {
        let output = open(log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(output)
            close(null)
        }
        guard output >= 0, null >= 0 else { throw ConformanceFailure("\(log.path) cannot be opened") }
        let inherited = ProcessInfo.processInfo.environment
        let environment = inherited.merging(environment) { _, own in own }
        processID = try KillableProcess.spawn(path, arguments, environment, [null, output, output])
        // Ends when its standard input does, which is when we let go of it or end, by whatever cause. The scripts of
        // Kafka replace themselves with Java, so the process id is the broker's own.
        var ends: [Int32] = [-1, -1]
        let script = "read line; kill -9 \(processID) 2>/dev/null"
        do {
            guard pipe(&ends) == 0 else { throw ConformanceFailure("no pipe: errno \(errno)") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { close(ends[0]) }
            guardianID = try KillableProcess.spawn("/bin/sh", ["-c", script], inherited, [ends[0], null, null])
        } catch {
            if ends[1] >= 0 { close(ends[1]) }
            Foundation.kill(processID, SIGKILL)
            waitpid(processID, nil, 0)
            throw error
        }
        lifeline = ends[1]
    }

    deinit {
        kill()
        close(lifeline)
    }

    /// Whether it has not ended.
    public var isRunning: Bool { status.withLock { hasStatus(&$0, options: WNOHANG) } == false }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: its exit code; of one that a signal ended, 128 and the signal, as a shell says it.
    @discardableResult
    public func waitUntilExit() -> Int32 {
        // Waits without taking the status, so that others may ask meanwhile.
        while look(0) == -1, errno == EINTR {}
        let ended = status.withLock { status in
            _ = hasStatus(&status, options: 0)
            return status ?? 0
        }
        let signal = ended & 0x7f
        return signal == 0 ? (ended >> 8) & 0xff : 128 + signal
    }

    /// Asks it to end (SIGTERM).
    public func terminate() { send(SIGTERM) }

    /// Stops it where it is (SIGSTOP), until it is told to go on.
    public func pause() { send(SIGSTOP) }

    /// Lets it go on (SIGCONT).
    public func resume() { send(SIGCONT) }

    /// Ends it at once, and returns when it is gone.
    public func kill() {
        send(SIGKILL)
        waitUntilExit()
    }

    /// Nothing where it has ended: its process id may be somebody else's by then.
    private func send(_ signal: Int32) {
        status.withLock { status in
            if !hasStatus(&status, options: WNOHANG) { Foundation.kill(processID, signal) }
        }
    }

    /// Whether it has ended; its guardian is then let go before the process id can belong to somebody else.
    private func hasStatus(_ known: inout Int32?, options: Int32) -> Bool {
        if known != nil { return true }
        var found: Int32 = 0
        var result: Int32
        repeat { result = look(options) } while result == -1 && errno == EINTR
        guard result == 1 else { return false }
        Foundation.kill(guardianID, SIGKILL)
        waitpid(guardianID, nil, 0)
        while waitpid(processID, &found, 0) == -1, errno == EINTR {}
        known = found
        return true
    }

    /// 1 where it has ended, whose status is left to be taken; 0 where it runs; -1 and `errno` on a failure.
    private func look(_ options: Int32) -> Int32 {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT | options) == 0 else { return -1 }
        return information.si_signo == SIGCHLD ? 1 : 0
    }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ descriptors: [Int32]
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // A thread that runs tests may have signals blocked, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: Int32 = 0
        let code = posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw ConformanceFailure("\(path) cannot be started: errno \(code)") }
        return child
    }
}
