// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Spelling
import YAML

/// Collects the settings from their sources, and every problem on the way.
struct SettingsLoader {
    /// A value and where it is from; `nil` is the environment.
    private struct Entry {
        let value: String
        let origin: String?
    }

    /// The properties of librdkafka that are secrets, so that `KAFKA_…_FILE` may name a file for them.
    private static let secretKafkaProperties: Set<String> = [
        "sasl.password", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "ssl.key.password", "ssl.key.pem",
        "ssl.keystore.password",
    ]

    /// Variables of Kafka's own scripts, and where Kafka lies: in many environments, and none of our settings.
    private static let variablesOfKafka: Set<String> = [
        "KAFKA_GC_LOG_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_HOME", "KAFKA_JMX_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS",
        "KAFKA_LOG4J_OPTS", "KAFKA_OPTS",
    ]

    private let known: [Setting]
    private let used: [Setting]
    private let executable: String
    private var entries: [String: Entry] = [:]
    private var problems: [String] = []
    private var warnings: [String] = []

    init(known: [Setting], used: [Setting], executable: String) {
        self.known = known
        self.used = used
        self.executable = executable
    }

    mutating func load(
        environment: [String: String],
        isKafkaProperty: (String) -> Bool,
        kafkaProblems: Settings.KafkaProblems,
        furtherProblems: Settings.FurtherProblems
    ) throws(SettingsError) -> Settings {
        if let path = environment[Setting.config.name], !path.isEmpty { readFile(path) }
        for (name, value) in environment where name.hasPrefix("SYNC_") || name.hasPrefix("KAFKA_") {
            // A file named for a secret in one source gives way to the secret itself in a stronger one.
            if !value.isEmpty { entries[name] = Entry(value: value, origin: nil) }
        }
        for name in entries.keys.sorted() where name.hasSuffix("_FILE") { readSecret(name, isKafkaProperty) }
        refuseUnknownNames()
        let values = checkedValues()
        checkGates(values)
        let properties = kafkaProperties(values, isKafkaProperty)
        for (property, problem) in kafkaProblems(properties) {
            let name = "KAFKA_\(property.uppercased().replacing(".", with: "_"))"
            // What is missing or wrong as a setting is not said twice.
            if !problems.contains(where: { $0.contains("\(name): ") }) { problems.append("\(name): \(problem)") }
        }
        let settings = Settings(
            kafkaProperties: properties,
            warnings: warnings,
            executable: executable,
            values: values.filter { name, _ in used.contains { $0.name == name } }
        )
        // A value that is not allowed is not missing as well.
        let isWrong = { [problems] (name: Substring) in problems.contains { $0.contains("\(name): ") } }
        problems += furtherProblems(settings).filter { problem in
            let name = problem.prefix { $0 != ":" }
            return !problem.hasPrefix("\(name): is required") || !isWrong(name)
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return settings
    }

    /// Reads the file of settings; its problems join the others.
    private mutating func readFile(_ path: String) {
        do throws(YAMLError) {
            let root = try YAML.parseFile(path)
            guard !root.isNull else { return }
            guard let members = root.members else {
                throw YAMLError(file: path, line: root.line, reason: "must be a mapping of settings to values")
            }
            for (key, line, node) in members {
                let name = key.uppercased()
                let origin = "\(path):\(line): "
                if key != key.lowercased() {
                    problems.append("\(origin)\(OneLine.escaped(key)): names in a file are lower case")
                } else if name == Setting.config.name {
                    problems.append("\(origin)\(key): only the environment can name the file of settings")
                } else if !name.hasPrefix("SYNC_"), !name.hasPrefix("KAFKA_") {
                    let nearest = NearestName.find("SYNC_\(name)", among: known.map(\.name))?.lowercased()
                    let hint = nearest.map { "the nearest is \($0)" } ?? "names begin with sync_ or kafka_"
                    problems.append("\(origin)\(OneLine.escaped(key)): there is no such setting; \(hint)")
                } else if let value = node.string {
                    if !value.isEmpty { entries[name] = Entry(value: value, origin: origin) }
                } else if !node.isNull {
                    problems.append("\(origin)\(OneLine.escaped(key)): must be a text, not \(node.kind)")
                }
            }
        } catch {
            problems.append("\(Setting.config.name): \(OneLine.escaped(error.description))")
        }
    }

    /// Replaces `<NAME>_FILE` by the secret in the file, where the name is that of a secret.
    private mutating func readSecret(_ fileName: String, _ isKafkaProperty: (String) -> Bool) {
        let name = String(fileName.dropLast("_FILE".count))
        let isSecret =
            known.contains { $0.name == name && $0.isSecret }
            || Self.secretKafkaProperties.contains(Self.property(name)) && !isKafkaProperty(Self.property(fileName))
        guard isSecret, let entry = entries.removeValue(forKey: fileName) else { return }
        let origin = entry.origin ?? ""
        if let other = entries[name] {
            // The environment wins over the file of settings; within one source there is no telling which is meant.
            if other.origin == nil, entry.origin != nil { return }
            if (other.origin == nil) == (entry.origin == nil) {
                problems.append("\(origin)\(fileName): \(name) is set too; set only one of the two")
                return
            }
        }
        switch SecretFile.read(entry.value) {
        case .success(let secret): entries[name] = Entry(value: secret, origin: entry.origin)
        case .failure(let error):
            problems.append("\(origin)\(fileName): \(OneLine.quoted(entry.value)) \(error.reason)")
        }
    }

    private mutating func refuseUnknownNames() {
        let names = Set(known.map(\.name)).union([Setting.config.name])
        for (name, entry) in entries.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("SYNC_") && !names.contains(name) {
            // The value is not shown: the name meant may be that of a secret.
            let origin = entry.origin ?? ""
            problems.append(
                "\(origin)\(OneLine.escaped(name)): there is no such setting; the nearest is \(nearest(name))"
            )
        }
    }

    private func nearest(_ name: String) -> String {
        NearestName.closest(name, among: known.map(\.name))?.name ?? Setting.config.name
    }

    /// The values of all settings known, each in the form to be used.
    ///
    /// Also of those that another executable uses: what is wrong is said by whichever starts first.
    private mutating func checkedValues() -> [String: String] {
        var values: [String: String] = [:]
        for setting in known + used.filter({ !known.contains($0) }) {
            guard let entry = entries[setting.name] else {
                if used.contains(setting), setting.isRequired, setting.defaultValue(for: executable) == nil {
                    problems.append("\(setting.name): is required; allowed: \(setting.kind.allowed)")
                }
                continue
            }
            if let value = setting.kind.normalized(entry.value) {
                values[setting.name] = value
            } else {
                let shown = setting.isSecret ? "the value (not shown)" : OneLine.quoted(entry.value)
                let origin = entry.origin ?? ""
                problems.append("\(origin)\(setting.name): \(shown) is not allowed; allowed: \(setting.kind.allowed)")
            }
        }
        return values
    }

    /// A gate that opens above where it closes would never rest.
    private mutating func checkGates(_ values: [String: String]) {
        let (low, high) = (Setting.gateLow, Setting.gateHigh)
        guard known.contains(low), known.contains(high) else { return }
        func number(_ setting: Setting) -> Int? {
            (values[setting.name] ?? setting.defaultValue(for: executable)).flatMap { Int($0) }
        }
        guard let least = number(low), let most = number(high), least >= most else { return }
        problems.append("\(low.name): '\(least)' is not allowed; allowed: less than \(high.name), which is \(most)")
    }

    /// What goes to the Kafka client, with a warning for each name that it does not know.
    private mutating func kafkaProperties(
        _ values: [String: String],
        _ isKafkaProperty: (String) -> Bool
    ) -> [String: String] {
        var properties: [String: String] = [:]
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) where name.hasPrefix("KAFKA_") {
            let property = Self.property(name)
            if isKafkaProperty(property) || known.contains(where: { $0.name == name }) {
                properties[property] = values[name] ?? entry.value
            } else if entry.origin != nil || !Self.variablesOfKafka.contains(name) {
                let origin = entry.origin ?? ""
                warnings.append(
                    "\(origin)\(OneLine.escaped(name)): ignored; the Kafka client has no property \(property)"
                )
            }
        }
        return properties
    }

    /// `KAFKA_BOOTSTRAP_SERVERS` as `bootstrap.servers`.
    private static func property(_ name: String) -> String {
        name.dropFirst("KAFKA_".count).lowercased().replacing("_", with: ".")
    }
}
