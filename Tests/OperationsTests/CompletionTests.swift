// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Synchronization
import Testing

@testable import Operations

/// The scripts, run by the shells that are installed.
@Suite("Completion in a shell", .serialized, .timeLimit(.minutes(5)))
struct CompletionTests {
    private static func script(_ shell: String) -> (status: Int32, text: String) {
        let output = Mutex("")
        let console = Console { text in
            output.withLock { $0 += text }
        } errors: { _ in
        }
        let status = Syncctl.command().run(arguments: ["completion", shell], console: console, environment: [:])
        return (status, output.withLock { $0 })
    }

    /// Runs a shell with a script, from a file, as a shell that reads a pipe may wait for who inherited its other end.
    private static func run(_ path: String, _ arguments: [String], _ script: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "completion-\(UUID().uuidString)")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments + [file.path]
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// What bash offers behind words, of which the last is being written.
    private static func bash(_ words: [String]) throws -> [String] {
        let quoted = words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        let call = """
            COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
            _syncctl
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let output = try run("/bin/bash", ["--norc", "--noprofile", "-u"], script("bash").text + "\n" + call)
        return output.split(separator: "\n").map(String.init)
    }

    @Test(
        "bash offers what the parser takes",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")),
        arguments: [
            (["syncctl", "co"], ["couplings", "completion"]),
            (["syncctl", "couplings", ""], ["list", "show"]),
            (["syncctl", "couplings", "list", "--st"], ["--state"]),
            (["syncctl", "couplings", "list", "--state", "fa"], ["failed"]),
            (["syncctl", "couplings", "list", "-s", "s"], ["skipped"]),
            (["syncctl", "couplings", "list", "--state", "=", "b"], ["broken"]),
            (["syncctl", "--json"], []),
            (["syncctl", "explain", "1000", "--mapping", "ITEM-"], ["ITEM-PRODUCT"]),
            (["syncctl", "explain", "1000", "-m", "ITEM "], ["ITEM\\ UOM"]),
            (["syncctl", "explain", "1000", "-m", "ITEM\\ U"], ["ITEM\\ UOM"]),
            (["syncctl", "hold", "CUSTO"], ["CUSTOMER"]),
            (["syncctl", "hold", "--reason", "list", "CUSTO"], ["CUSTOMER"]),
            (["syncctl", "hold", "CUSTOMER", "CUSTO"], []),
            (["syncctl", "waiting", "--mapping", "couplings", "--l"], ["--limit"]),
            (["syncctl", "dead-letters", "list", "--worker", "unit"], ["unit-worker"]),
            (["syncctl", "completion", "f"], ["fish"]),
            (["syncctl", "nonsense", "--he"], ["--help"]),
            (["syncctl", "explain", "$(echo x)`echo y`'\"", "--se"], ["--seconds"]),
        ] as [([String], [String])]
    )
    func bash(words: [String], expected: [String]) throws {
        #expect(try Self.bash(words) == expected)
    }

    @Test(
        "bash offers files where files are taken",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"))
    )
    func files() throws {
        #expect(try Self.bash(["syncctl", "send", "/etc/pass"]).contains("/etc/passwd"))
    }

    @Test(
        "zsh and fish find nothing wrong with theirs",
        arguments: [("zsh", "/usr/bin/zsh"), ("fish", "/usr/bin/fish")]
    )
    func others(shell: String, path: String) throws {
        let script = Self.script(shell)
        #expect(script.status == 0)
        for text in ["couplings list", "ITEM UOM", "state"] {
            #expect(script.text.contains(text), "\(text)")
        }
        // Where the shell is not installed there is no more to be tried.
        guard FileManager.default.isExecutableFile(atPath: path) else { return }
        #expect(try Self.run(path, ["-n"], script.text).isEmpty)
    }

    @Test("another shell is refused")
    func unknown() {
        #expect(Self.script("tcsh").status == 2)
    }
}
