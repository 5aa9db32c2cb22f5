// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Scripts by which shells complete a command: made from the same tree that parses its arguments, so that both agree.
///
/// Every script is a table of what may follow at a place of the tree, and a few lines that find the place. A place is
/// named by the words that lead to it: `syncctl couplings list`.
struct CompletionScript {
    /// What may follow behind the words that lead to a command.
    struct Place {
        let path: [String]
        let commands: [Command]
        /// Its own options and those of the commands above it.
        let options: [Option]
        let arguments: [Argument]
    }

    /// The name of the executable.
    let name: String
    /// Every place, those before others that they lead to.
    let places: [Place]

    init(_ root: Command) {
        name = root.name
        var places: [Place] = []
        Self.add(root, below: [], inherited: [], to: &places)
        self.places = places
    }

    private static func add(_ command: Command, below: [String], inherited: [Option], to places: inout [Place]) {
        let path = below + [command.name]
        let options = command.options + inherited
        let common = [Option.help] + (below.isEmpty ? [.version] : [])
        places.append(
            Place(path: path, commands: command.subcommands, options: options + common, arguments: command.arguments)
        )
        for subcommand in command.subcommands { add(subcommand, below: path, inherited: options, to: &places) }
    }

    /// The script for a shell.
    func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash()
        case .zsh: zsh()
        case .fish: fish()
        }
    }

    /// A name that shells allow for functions.
    var function: String { "_" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }) }

    /// A text that a shell takes as it is: between single quotes nothing has a meaning but the quote.
    static func quoted(_ text: String) -> String {
        "'\(text.replacing("'", with: "'\\''"))'"
    }
}

extension Option {
    /// What its value may be.
    var values: [String] { offered() }
    /// How it is written: `--json`, `-m`.
    var spellings: [String] { ["--\(name)"] + (short.map { ["-\($0)"] } ?? []) }
    var takesValue: Bool { kind != .flag }
}

extension CompletionScript.Place {
    /// What the first argument may be.
    var argumentValues: [String] {
        if case .oneOf(let values)? = arguments.first?.completion { values() } else { [] }
    }
    var takesFiles: Bool {
        arguments.contains { if case .files = $0.completion { true } else { false } }
    }
}
