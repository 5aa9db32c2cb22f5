// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension Command {
    /// The command that prints what makes a shell complete this one: `completion bash`, `zsh` or `fish`.
    ///
    /// `tree` is the command with all its subcommands, asked for when it is run.
    public static func completion(of tree: @escaping @Sendable () -> Command) -> Command {
        let shells = Shell.allCases.map(\.rawValue)
        return Command(
            "completion",
            summary: "Prints what makes a shell complete commands, options and their values.",
            details: """
                bash: source <(syncctl completion bash), in ~/.bashrc.
                zsh: source <(syncctl completion zsh), in ~/.zshrc behind compinit.
                fish: syncctl completion fish | source, in ~/.config/fish/config.fish.
                """,
            arguments: [.required("shell", "One of \(shells.joined(separator: ", ")).").offering(shells)]
        ) { call in
            let name = call.argument(0) ?? ""
            guard let shell = Shell(rawValue: name) else {
                let allowed = shells.joined(separator: ", ")
                throw CommandError("\(OneLine.quoted(name)) is no shell; allowed: \(allowed)", .usage)
            }
            call.console.print(CompletionScript(tree()).text(for: shell))
            return ExitCode.done.rawValue
        }
    }
}
