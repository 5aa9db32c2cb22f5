// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Testing

@Suite struct CommandTests {
    private let recorder = Recorder()

    private var tool: Command {
        Command(
            "syncctl",
            summary: "Operates the synchronization.",
            options: [.flag("json", short: "j", "Print JSON.")],
            subcommands: [
                Command(
                    "lag",
                    summary: "Shows the lag.",
                    options: [
                        .value("max", short: "m", placeholder: "N", "Fail above N."),
                        .repeated("group", placeholder: "ID", "Only this group."), .flag("watch", "Go on."),
                    ]
                ) { call in
                    let parts = [
                        "\(call.isSet("json"))", "\(try call.integer("max", in: 0...100) ?? -1)",
                        call.values("group").joined(separator: "+"), call.path.joined(separator: "/"),
                    ]
                    call.console.print(parts.joined(separator: " "))
                    return ExitCode.done.rawValue
                },
                Command(
                    "couplings",
                    summary: "Couplings.",
                    subcommands: [
                        Command(
                            "show",
                            summary: "Shows one.",
                            arguments: [.required("mapping", "The mapping."), .optional("id", "The record.")]
                        ) { call in
                            call.console.print(call.arguments.joined(separator: "|"))
                            return ExitCode.no.rawValue
                        }
                    ]
                ),
                Command("send", summary: "Sends.", arguments: [.many("file", "Files.")]) { call in
                    call.console.print("\(call.arguments.count)")
                    return 0
                },
                Command("fail", summary: "Fails.") { _ in
                    throw CommandError("no broker\nat all", .unreachable)
                },
                Command("crash", summary: "Fails otherwise.") { _ in throw CocoaError(.fileNoSuchFile) },
            ]
        )
    }

    private func run(_ arguments: String...) -> Int32 {
        tool.run(arguments: arguments, console: recorder.console, environment: [:])
    }

    @Test(arguments: [
        (["lag"], "false -1  syncctl/lag\n"),
        (["lag", "--max", "5"], "false 5  syncctl/lag\n"),
        (["lag", "--max=5", "--json"], "true 5  syncctl/lag\n"),
        (["--json", "lag", "-m5"], "true 5  syncctl/lag\n"),
        (["-j", "lag", "-m", "5", "--max", "6"], "true 6  syncctl/lag\n"),
        (["lag", "--gr", "a", "--group=b", "-jm7"], "true 7 a+b syncctl/lag\n"),
    ])
    func readsOptions(arguments: [String], expected: String) {
        let code = tool.run(arguments: arguments, console: recorder.console, environment: [:])
        #expect(code == 0)
        #expect(recorder.output == expected)
        #expect(recorder.errors.isEmpty)
    }

    @Test func readsArguments() {
        #expect(run("couplings", "show", "ITEM-PRODUCT", "--json", "1896-S") == 1)
        #expect(recorder.output == "ITEM-PRODUCT|1896-S\n")
        #expect(run("couplings", "show", "--", "--json") == 1)
        #expect(recorder.output.hasSuffix("--json\n"))
        #expect(run("send", "a", "b", "c") == 0)
        #expect(recorder.output.hasSuffix("3\n"))
    }

    @Test(arguments: [
        (["lga"], "syncctl: unknown command 'lga'; did you mean 'lag'?"),
        (["zzzzzz"], "syncctl: unknown command 'zzzzzz'; see 'syncctl --help'"),
        ([], "syncctl: a command is missing: lag, couplings, send, fail, crash; see 'syncctl --help'"),
        (["lag", "--maxx", "5"], "syncctl: unknown option '--maxx'; did you mean '--max'?"),
        (["lag", "--wacth"], "syncctl: unknown option '--wacth'; did you mean '--watch'?"),
        (["lag", "-x"], "syncctl: unknown option '-x'; see 'syncctl lag --help'"),
        (["lag", "--max"], "syncctl: --max needs a value: N; see 'syncctl lag --help'"),
        (["lag", "--json=yes"], "syncctl: --json takes no value; see 'syncctl lag --help'"),
        (["lag", "--max", "101"], "syncctl: --max: '101' is not allowed; allowed: a whole number from 0 to 100"),
        (["lag", "extra"], "syncctl: 'extra' is one argument too many; see 'syncctl lag --help'"),
        (["couplings", "show"], "syncctl: <mapping> is missing; see 'syncctl couplings show --help'"),
        (
            ["couplings", "shwo"],
            "syncctl: unknown command 'shwo'; did you mean 'show'?"
        ),
        (["a\nb\u{1B}[31m"], "syncctl: unknown command 'a\\nb\\u{1b}[31m'; see 'syncctl --help'"),
    ])
    func usageErrorsAreOneLineAndExitCodeTwo(arguments: [String], expected: String) {
        let code = tool.run(arguments: arguments, console: recorder.console, environment: [:])
        #expect(code == 2)
        #expect(recorder.errors == expected + "\n")
        #expect(recorder.output.isEmpty)
    }

    @Test func errorsGiveTheExitCode() {
        #expect(run("fail") == 3)
        #expect(recorder.errors == "syncctl: no broker\\nat all\n")
        #expect(run("crash") == 1)
        #expect(recorder.errors.split(separator: "\n").count == 2)
    }

    @Test func helpIsEverywhere() {
        #expect(run("--help") == 0)
        #expect(recorder.output.hasPrefix("Usage: syncctl [options] <command>\n"))
        for part in [
            "Operates the synchronization.", "Commands:", "lag ", "-j, --json", "-h, --help", "--version",
            "Exit status:",
        ] {
            #expect(recorder.output.contains(part), "\(part)")
        }
        let second = Recorder()
        #expect(tool.run(arguments: ["lag", "-h"], console: second.console, environment: [:]) == 0)
        for part in ["Usage: syncctl lag [options]", "-m, --max N", "    --group ID", "several times", "--json"] {
            #expect(second.output.contains(part), "\(part)")
        }
        let third = Recorder()
        #expect(tool.run(arguments: ["couplings", "show", "--help"], console: third.console, environment: [:]) == 0)
        #expect(third.output.contains("Usage: syncctl couplings show [options] <mapping> [<id>]"))
        #expect(recorder.errors.isEmpty && second.errors.isEmpty && third.errors.isEmpty)
    }

    @Test func helpFitsTheWidth() {
        let text = String(repeating: "word ", count: 60)
        let kept = Recorder()
        let console = Console(width: 60, output: { kept.console.printRaw($0) }, errors: { _ in })
        let command = Command("w", summary: text, options: [.flag("a", text)], settings: SettingCatalog.all) { _ in 0 }
        _ = command.run(arguments: ["--help"], console: console, environment: [:])
        #expect(kept.output.split(separator: "\n").allSatisfy { $0.count <= 60 || !$0.contains("word") })
    }

    @Test func workersListTheirSettings() {
        let worker = Command("unit-worker", summary: "Units.", settings: SettingCatalog.all) { _ in 0 }
        #expect(worker.run(arguments: ["--help"], console: recorder.console, environment: [:]) == 0)
        for setting in SettingCatalog.all {
            #expect(recorder.output.contains("  \(setting.name)\n"), "\(setting.name)")
        }
        #expect(recorder.output.contains("default: ./sync-state/unit-worker"))
        #expect(recorder.output.contains("host:port, several with commas between them; required"))
    }

    @Test func subcommandsLoadTheSettingsOfTheirGroup() {
        let leaf = Command("show", summary: "Shows.", settings: [.batchMax]) { call in
            let settings = try call.loadSettings { _ in true }
            call.console.print("\(settings.string(.delivery)) \(settings.integer(.batchMax))")
            return 0
        }
        let group = Command("tool", summary: "A tool.", subcommands: [leaf], settings: [.delivery])
        let environment = ["SYNC_DELIVERY": "confirmed", "SYNC_BATCH_MAX": "3"]
        #expect(group.run(arguments: ["show"], console: recorder.console, environment: environment) == 0)
        #expect(recorder.output == "confirmed 3\n")
        #expect(group.run(arguments: ["show", "-h"], console: recorder.console, environment: environment) == 0)
        #expect(recorder.output.contains("Settings: see 'tool --help'."))
    }

    @Test func versionIsPrinted() {
        #expect(run("--version") == 0)
        #expect(recorder.output == "syncctl \(Command.version)\n")
    }

    @Test func wrongSettingsEndTheStartWithALineEach() {
        let worker = Command("unit-worker", summary: "Units.", settings: SettingCatalog.all) { call in
            _ = try call.loadSettings { _ in true }
            return 0
        }
        let environment = ["SYNC_DELIVERY": "x", "SYNC_PRICING": "y"]
        #expect(worker.run(arguments: [], console: recorder.console, environment: environment) == 2)
        let lines = recorder.errors.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("unit-worker: ") }, "\(recorder.errors)")
    }

    @Test func manyParsersAtOnceDoNotMixTheirState() {
        DispatchQueue.concurrentPerform(iterations: 200) { index in
            let kept = Recorder()
            let number = index % 100
            let code = tool.run(arguments: ["lag", "--max", "\(number)"], console: kept.console, environment: [:])
            #expect(code == 0 && kept.output == "false \(number)  syncctl/lag\n")
        }
    }

    /// Runs with standard output at a descriptor and standard error kept, in a process of its own; `/dev/full` is a full disk.
    private static func expect(_ code: Int32, errors: [String], output: String, _ arguments: [String]) async {
        let result = await #expect(
            processExitsWith: .exitCode(code),
            observing: [\.standardErrorContent]
        ) { [output = output as String, arguments = arguments as [String]] in
            dup2(open(output, O_WRONLY), STDOUT_FILENO)
            exit(CommandTests().tool.run(arguments: arguments, environment: [:]))
        }
        let told = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) }
        #expect(told?.split(separator: "\n").filter { $0.hasPrefix("syncctl: ") }.map(String.init) == errors)
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
        arguments: [["--help"], ["lag"], ["--version"]]
    )
    func outputThatCannotBeWrittenIsAnError(arguments: [String]) async {
        let line = "syncctl: standard output cannot be written: No space left on device"
        await Self.expect(1, errors: [line], output: "/dev/full", arguments)
    }

    @Test func outputThatIsWrittenIsNone() async {
        await Self.expect(0, errors: [], output: "/dev/null", ["lag"])
    }

    @Test func aReaderThatWentAwayIsNoError() async {
        await #expect(processExitsWith: .exitCode(0)) {
            signal(SIGPIPE, SIG_IGN)
            let pipe = Pipe()
            dup2(pipe.fileHandleForWriting.fileDescriptor, STDOUT_FILENO)
            try pipe.fileHandleForReading.close()
            exit(CommandTests().tool.run(arguments: ["lag"], environment: [:]))
        }
    }
}
