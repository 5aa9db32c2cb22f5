// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// An option of a command, such as `--json` or `--max N`.
public struct Option: Sendable {
    enum Kind: Sendable {
        case flag, value, repeated
    }

    let name: String
    let short: Character?
    let kind: Kind
    let placeholder: String
    let summary: String
    /// What the value may be, where that is one of a few; shells offer them.
    let offered: @Sendable () -> [String]

    private init(
        _ name: String,
        _ short: Character?,
        _ kind: Kind,
        _ placeholder: String,
        _ summary: String,
        offered: @escaping @Sendable () -> [String] = { [] }
    ) {
        precondition(!name.isEmpty && !name.hasPrefix("-"), "An option's name has no dashes before it: \(name)")
        precondition(
            short.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? true,
            "The short form of --\(name) is one ASCII letter or digit."
        )
        self.name = name
        self.short = short
        self.kind = kind
        self.placeholder = placeholder
        self.summary = summary
        self.offered = offered
    }

    /// An option that is there or not.
    public static func flag(_ name: String, short: Character? = nil, _ summary: String) -> Option {
        Option(name, short, .flag, "", summary)
    }

    /// An option with a value; given twice, the last one counts.
    ///
    /// - Parameters:
    ///   - name: without the dashes.
    ///   - short: the one-letter form.
    ///   - placeholder: what stands for the value in the help.
    ///   - values: what the value is usually one of, for shells to offer, made when they ask; others are not refused.
    ///   - summary: what it does.
    /// - Returns: the option.
    public static func value(
        _ name: String,
        short: Character? = nil,
        placeholder: String = "VALUE",
        values: @escaping @Sendable @autoclosure () -> [String] = [],
        _ summary: String
    ) -> Option {
        Option(name, short, .value, placeholder, summary, offered: values)
    }

    /// An option with a value that may be given several times.
    ///
    /// The parameters are those of `value`.
    public static func repeated(
        _ name: String,
        short: Character? = nil,
        placeholder: String = "VALUE",
        _ summary: String
    ) -> Option {
        Option(name, short, .repeated, placeholder, summary)
    }

    static let help = Option.flag("help", short: "h", "Print this help.")
    static let version = Option.flag("version", "Print the version.")
}
