// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A command as it was called: what its code gets.
public struct Invocation: Sendable {
    /// The names from the executable to the command: `["syncctl", "couplings", "list"]`.
    public let path: [String]
    /// The positional arguments in order.
    public let arguments: [String]
    /// Where to print.
    public let console: Console
    /// The environment to take settings from.
    public let environment: [String: String]

    let options: [(name: String, value: String)]
    let declared: Set<String>
    let settings: [Setting]

    /// True when the flag was given.
    public func isSet(_ name: String) -> Bool {
        value(name) != nil
    }

    /// The value of an option, the last one when it was given more than once; nil when it was not.
    public func value(_ name: String) -> String? {
        values(name).last
    }

    /// All values of an option in order; empty when it was not given.
    public func values(_ name: String) -> [String] {
        precondition(declared.contains(name), "The command declares no option --\(name).")
        return options.filter { $0.name == name }.map(\.value)
    }

    /// The value of an option as a whole number.
    ///
    /// - Parameters:
    ///   - name: the option.
    ///   - range: what is allowed.
    /// - Returns: the number; nil when the option was not given.
    /// - Throws: a usage error that names the option, its value and what is allowed.
    public func integer(_ name: String, in range: ClosedRange<Int> = 0...Int.max) throws(CommandError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let allowed = Setting.Kind.integer(range).allowed
            throw CommandError("--\(name): \(OneLine.quoted(text)) is not allowed; allowed: \(allowed)", .usage)
        }
        return number
    }

    /// The argument at a place; nil when there are not so many.
    public func argument(_ index: Int) -> String? {
        arguments.indices.contains(index) ? arguments[index] : nil
    }

    /// Loads the settings that the command declared.
    ///
    /// - Parameters:
    ///   - isKafkaProperty: tells whether a name such as `bootstrap.servers` is one librdkafka knows.
    ///   - kafkaProblems: tells what is wrong with the properties together.
    ///   - furtherProblems: tells what is wrong beyond single values, with a default in place of each wrong one.
    /// - Returns: the settings, all of them valid.
    /// - Throws: all problems at once; thrown on, they end the command with exit code 2.
    public func loadSettings(
        isKafkaProperty: (String) -> Bool,
        kafkaProblems: Settings.KafkaProblems = { _ in [] },
        furtherProblems: Settings.FurtherProblems = { _ in [] }
    ) throws(SettingsError) -> Settings {
        try Settings.load(
            environment: environment,
            known: SettingCatalog.all,
            used: settings,
            executable: path.first ?? "",
            isKafkaProperty: isKafkaProperty,
            kafkaProblems: kafkaProblems,
            furtherProblems: furtherProblems
        )
    }
}
