// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A command: what it is called, what it takes, what it does; or a group of such.
///
/// ```swift
/// Command("syncctl", summary: "Operates the synchronization.", options: [.flag("json", "Print JSON.")], subcommands: [
///     Command("lag", summary: "Shows the lag.", options: [.value("max", placeholder: "N", "Fail above N.")]) { call in
///         let limit = try call.integer("max")
///         return try showLag(limit: limit, isJSON: call.isSet("json"))
///     },
/// ]).runAndExit()
/// ```
///
/// An option of a group may also stand behind its subcommands. `--help` works everywhere, `--version` at the top.
public struct Command: Sendable {
    /// What a command does; the result is the exit status.
    public typealias Body = @Sendable (Invocation) throws -> Int32

    /// The version that `--version` prints.
    public static let version = "0.1.0"

    let name: String
    let summary: String
    let details: String
    let options: [Option]
    let subcommands: [Command]
    let arguments: [Argument]
    let settings: [Setting]
    let body: Body?

    /// Makes a command.
    ///
    /// - Parameters:
    ///   - name: what it is called by.
    ///   - summary: one sentence for the help.
    ///   - details: more for its own help; may have several lines.
    ///   - options: what it takes besides `--help`.
    ///   - subcommands: the commands of a group.
    ///   - arguments: what it takes without a name.
    ///   - settings: the settings that it and its subcommands load; its help lists them.
    ///   - run: what it does; nil for a group that does nothing itself.
    public init(
        _ name: String,
        summary: String,
        details: String = "",
        options: [Option] = [],
        subcommands: [Command] = [],
        arguments: [Argument] = [],
        settings: [Setting] = [],
        run: Body? = nil
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        self.options = options
        self.subcommands = subcommands
        self.arguments = arguments
        self.settings = settings
        body = run
    }

    /// Runs with the arguments of the process and ends it with the command's exit status.
    public func runAndExit() -> Never {
        exit(run(arguments: Array(Swift.CommandLine.arguments.dropFirst())))
    }

    /// Runs and returns the exit status.
    ///
    /// - Parameters:
    ///   - arguments: without the name of the executable.
    ///   - console: where to print; nil is standard output and error.
    ///   - environment: where settings come from; nil is the process's.
    /// - Returns: the exit status of the command, or that of the error it ended with; never 0 when its output is
    ///   incomplete. A reader that went away wanted no more.
    public func run(
        arguments: [String],
        console: Console? = nil,
        environment: [String: String]? = nil
    ) -> Int32 {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let console = console ?? .standard(environment: environment)
        let status = status(arguments: arguments, console: console, environment: environment)
        guard let failure = console.outputFailure, failure != EPIPE else { return status }
        console.printError("\(name): standard output cannot be written: \(String(cString: strerror(failure)))")
        return status == ExitCode.done.rawValue ? ExitCode.no.rawValue : status
    }

    private func status(arguments: [String], console: Console, environment: [String: String]) -> Int32 {
        do {
            return try CommandRun(console: console, environment: environment).run(self, arguments)
        } catch let error as CommandError {
            console.printError("\(name): \(OneLine.escaped(error.message))")
            return error.exitCode.rawValue
        } catch let error as SettingsError {
            for problem in error.problems { console.printError("\(name): \(problem)") }
            return ExitCode.usage.rawValue
        } catch {
            console.printError("\(name): \(OneLine.escaped("\(error)"))")
            return ExitCode.no.rawValue
        }
    }
}
