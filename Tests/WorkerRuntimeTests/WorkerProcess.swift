// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A worker's executable in a process of its own, with what it prints.
///
/// Not by Foundation's `Process`, whose look at the open files of this process reads past its buffer where they are
/// many, as they are while tests run side by side.
final class WorkerProcess: @unchecked Sendable {
    // Guarded by the condition, which its reader threads signal for each line.
    private var lines: [String] = []
    private var openOutputs = 2
    private var status: Int32?
    private let condition = NSCondition()
    private let processID: pid_t

    /// Starts an executable that was built along with the tests, with these `SYNC_` and `KAFKA_` variables only.
    init(_ name: String, _ settings: [String: String]) throws {
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("SYNC_") && !$0.key.hasPrefix("KAFKA_")
        }
        let environment = inherited.merging(settings) { _, own in own }.map { "\($0)=\($1)" }
        let outputs = [Pipe(), Pipe()]
        processID = try Self.spawn(try Self.executable(name).path, environment, outputs)
        for output in outputs {
            try output.fileHandleForWriting.close()
            read(output)
        }
    }

    deinit { kill() }

    /// Starts a program with two pipes as its outputs, no other file, and no signal blocked.
    private static func spawn(_ path: String, _ environment: [String], _ outputs: [Pipe]) throws -> pid_t {
        #if canImport(Glibc)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (number, output) in zip([1, 2] as [Int32], outputs) {
            posix_spawn_file_actions_adddup2(&actions, output.fileHandleForWriting.fileDescriptor, number)
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        #if canImport(Glibc)
        // One that is not open is no error.
        for number in 3..<Int32(4_096) { posix_spawn_file_actions_addclose(&actions, number) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        #else
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT))
        #endif
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var processID = pid_t()
        let code = posix_spawn(&processID, path, &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            throw Unmet(description: "\(path) cannot be started: \(String(cString: strerror(code)))")
        }
        return processID
    }

    /// The folder of the tests' own executable, or one above it, has it.
    private static func executable(_ name: String) throws -> URL {
        var folder = Bundle.main.bundleURL
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        throw Unmet(description: "no executable \(name) beside \(Bundle.main.bundlePath)")
    }

    private func read(_ pipe: Pipe) {
        Thread { [self] in
            var rest: [UInt8] = []
            while true {
                let data = pipe.fileHandleForReading.availableData
                rest += data
                while let end = rest.firstIndex(of: 0x0a) {
                    add(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
                guard data.isEmpty else { continue }
                condition.lock()
                openOutputs -= 1
                condition.broadcast()
                condition.unlock()
                return
            }
        }.start()
    }

    private func add(_ line: String) {
        condition.lock()
        lines.append(line)
        condition.broadcast()
        condition.unlock()
    }

    /// What was printed so far.
    var printed: [String] { condition.withLock { lines } }

    /// Waits for a line of its output.
    @discardableResult
    func line(containing text: String, within seconds: Double = 25) throws -> String {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let line = lines.first(where: { $0.contains(text) }) { return line }
            guard openOutputs > 0 else { throw Unmet(description: "it ended without printing \"\(text)\": \(lines)") }
            guard condition.wait(until: deadline) else {
                throw Unmet(description: "not printed within \(seconds) s: \"\(text)\"; but \(lines)")
            }
        }
    }

    /// Where it serves its endpoints.
    func url() throws -> URL {
        let line = try line(containing: "listening on ")
        guard let url = line.split(separator: " ").last.flatMap({ URL(string: String($0)) }) else {
            throw Unmet(description: "no URL in \(line)")
        }
        return url
    }

    /// Asks it to end, as an init system does.
    func terminate() { _ = Foundation.kill(processID, SIGTERM) }

    /// Waits until it has ended and everything that it printed is read.
    func exitCode(within seconds: Double = 25) throws -> Int32 {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while openOutputs > 0 {
            guard condition.wait(until: deadline) else {
                throw Unmet(description: "it did not end within \(seconds) s: \(lines)")
            }
        }
        return reap()
    }

    /// Ends it at once.
    func kill() {
        condition.lock()
        defer { condition.unlock() }
        guard status == nil else { return }
        _ = Foundation.kill(processID, SIGKILL)
        _ = reap()
    }

    /// The exit code of the process, whose end is waited for; that of a signal is 128 and its number.
    private func reap() -> Int32 {
        if let status { return status }
        var word: Int32 = 0
        while waitpid(processID, &word, 0) < 0, errno == EINTR {}
        let code = word & 0x7f == 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
        status = code
        return code
    }
}
