// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling

/// Finds the command that the arguments name, checks what it was given, and runs it.
struct CommandRun {
    let console: Console
    let environment: [String: String]

    func run(_ root: Command, _ arguments: [String]) throws -> Int32 {
        var path = [root]
        var given: [(name: String, value: String)] = []
        var rest = arguments
        while let command = path.last {
            let options = path.reversed().flatMap(\.options) + [.help] + (path.count == 1 ? [.version] : [])
            let names = path.map(\.name)
            let parsed: OptionParser.Result
            do throws(CommandError) {
                parsed = try OptionParser(options: options).parse(rest, stopsAtArgument: !command.subcommands.isEmpty)
            } catch {
                guard !error.message.hasSuffix("?") else { throw error }
                throw CommandError("\(error.message); see '\(names.joined(separator: " ")) --help'", .usage)
            }
            given += parsed.options
            rest = parsed.arguments
            if parsed.options.contains(where: { $0.name == Option.help.name }) {
                console.print(HelpText(path: path, width: console.width ?? 100).text)
                return ExitCode.done.rawValue
            }
            if path.count == 1, parsed.options.contains(where: { $0.name == Option.version.name }) {
                console.print("\(root.name) \(Command.version)")
                return ExitCode.done.rawValue
            }
            if let next = command.subcommands.first(where: { $0.name == rest.first }) {
                path.append(next)
                rest.removeFirst()
                continue
            }
            try check(command, names, rest)
            guard let body = command.body else { break }
            let declared = Set(path.flatMap(\.options).map(\.name))
            return try body(
                Invocation(
                    path: names,
                    arguments: rest,
                    console: console,
                    environment: environment,
                    options: given,
                    declared: declared,
                    settings: path.flatMap(\.settings)
                )
            )
        }
        return ExitCode.usage.rawValue
    }

    /// Refuses an unknown subcommand, a missing one, and missing or surplus arguments.
    private func check(_ command: Command, _ path: [String], _ arguments: [String]) throws(CommandError) {
        let see = "; see '\(path.joined(separator: " ")) --help'"
        if !command.subcommands.isEmpty, command.body == nil || (command.arguments.isEmpty && !arguments.isEmpty) {
            let names = command.subcommands.map(\.name)
            guard let unknown = arguments.first else {
                throw CommandError("a command is missing: \(names.joined(separator: ", "))\(see)", .usage)
            }
            let hint = NearestName.find(unknown, among: names).map { "; did you mean '\($0)'?" } ?? ""
            throw CommandError("unknown command \(OneLine.quoted(unknown))\(hint)\(hint.isEmpty ? see : "")", .usage)
        }
        let required = command.arguments.filter { $0.count == .one }.count
        if arguments.count < required {
            throw CommandError("\(command.arguments[arguments.count].usage) is missing\(see)", .usage)
        }
        let takesMany = command.arguments.contains { $0.count == .many }
        if !takesMany, arguments.count > command.arguments.count {
            let surplus = OneLine.quoted(arguments[command.arguments.count])
            throw CommandError("\(surplus) is one argument too many\(see)", .usage)
        }
    }
}
