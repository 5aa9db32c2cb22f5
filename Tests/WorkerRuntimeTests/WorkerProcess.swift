// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A worker's executable in a process of its own, with what it prints.
final class WorkerProcess: @unchecked Sendable {
    // Guarded by the condition, which its reader threads signal for each line.
    private var lines: [String] = []
    private var openOutputs = 2
    private let condition = NSCondition()
    private let process = Process()

    /// Starts an executable that was built along with the tests, with these `SYNC_` and `KAFKA_` variables only.
    init(_ name: String, _ settings: [String: String]) throws {
        process.executableURL = try Self.executable(name)
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("SYNC_") && !$0.key.hasPrefix("KAFKA_")
        }
        process.environment = inherited.merging(settings) { _, own in own }
        process.standardInput = FileHandle.nullDevice
        let outputs = [Pipe(), Pipe()]
        process.standardOutput = outputs[0]
        process.standardError = outputs[1]
        try process.run()
        for output in outputs { read(output) }
    }

    deinit { kill() }

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
    func terminate() { process.terminate() }

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
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends it at once.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}
