// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The settings of an executable, all of them valid.
///
/// They come from the environment, or from the YAML file that `SYNC_CONFIG` names (the same names in lower case); the
/// environment wins. A name set to nothing counts as not set, since container files set many names to nothing.
public struct Settings: Sendable {
    /// What goes to the Kafka client, by its own names: `["bootstrap.servers": "localhost:9092"]`.
    public let kafkaProperties: [String: String]
    /// What was passed over, a line each, for the log.
    public let warnings: [String]
    /// The executable that these settings are of.
    public let executable: String
    private let values: [String: String]

    init(kafkaProperties: [String: String], warnings: [String], executable: String, values: [String: String]) {
        self.kafkaProperties = kafkaProperties
        self.warnings = warnings
        self.executable = executable
        self.values = values
    }

    /// Loads and checks the settings.
    ///
    /// - Parameters:
    ///   - environment: the environment of the process.
    ///   - known: the settings of all executables; another name that begins with `SYNC_` is an error.
    ///   - used: those of them that this executable uses; only these are required, but all are checked.
    ///   - executable: its name, for defaults that depend on it.
    ///   - isKafkaProperty: tells whether a name such as `bootstrap.servers` is one librdkafka knows.
    ///   - kafkaProblems: tells what is wrong with the properties together.
    ///   - furtherProblems: tells what is wrong beyond single values, with a default in place of each wrong one.
    /// - Returns: the settings.
    /// - Throws: all problems at once.
    public static func load(
        environment: [String: String],
        known: [Setting] = SettingCatalog.all,
        used: [Setting],
        executable: String,
        isKafkaProperty: (String) -> Bool,
        kafkaProblems: KafkaProblems = { _ in [] },
        furtherProblems: FurtherProblems = { _ in [] }
    ) throws(SettingsError) -> Settings {
        var loader = SettingsLoader(known: known, used: used, executable: executable)
        return try loader.load(
            environment: environment,
            isKafkaProperty: isKafkaProperty,
            kafkaProblems: kafkaProblems,
            furtherProblems: furtherProblems
        )
    }

    /// What is wrong with properties of the Kafka client, by property.
    public typealias KafkaProblems = ([String: String]) -> [(property: String, problem: String)]

    /// What is wrong with settings beyond single values, a line each: files that they name, what else needs them.
    public typealias FurtherProblems = (Settings) -> [String]

    /// The value of a setting or its default; nil when there is neither.
    ///
    /// A setting that the executable does not use has its default, whatever the sources say.
    public subscript(_ setting: Setting) -> String? {
        values[setting.name] ?? setting.defaultValue(for: executable)
    }

    /// The value of a setting or its default; empty when there is neither.
    public func string(_ setting: Setting) -> String {
        self[setting] ?? ""
    }

    /// The value of a setting of kind integer, which must have a default or be required.
    public func integer(_ setting: Setting) -> Int {
        guard let number = self[setting].flatMap({ Int($0) }) else {
            preconditionFailure("\(setting.name) is no number, or has neither a value nor a default.")
        }
        return number
    }

    /// True when a switch is on.
    public func isOn(_ setting: Setting) -> Bool {
        self[setting] == "on"
    }

    /// The value of a setting of kind duration, which must have a default or be required.
    public func duration(_ setting: Setting) -> Duration {
        guard let duration = self[setting].flatMap({ DurationText.parse($0) }) else {
            preconditionFailure("\(setting.name) is no duration, or has neither a value nor a default.")
        }
        return duration
    }
}
