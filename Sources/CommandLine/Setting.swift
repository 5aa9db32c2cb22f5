// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One setting: its name, what it may be, what it is without being set.
public struct Setting: Sendable, Hashable {
    /// The name in the environment; in a file it is the same in lower case.
    public let name: String
    /// The value when nothing is set; `<executable>` in it stands for the executable's name.
    public let `default`: String?
    /// What happens without a value, for the help, where there is no default.
    public let defaultNote: String?
    /// Defaults of single executables, by their names.
    public let executableDefaults: [String: String]
    /// What it may be.
    public let kind: Kind
    /// True when executables that use it do not start without it.
    public let isRequired: Bool
    /// True when its value is never shown, and `<NAME>_FILE` may name a file that holds it.
    public let isSecret: Bool
    /// What it does, in a sentence.
    public let summary: String

    /// Makes a setting.
    public init(
        _ name: String,
        _ kind: Kind,
        default: String? = nil,
        defaultNote: String? = nil,
        executableDefaults: [String: String] = [:],
        isRequired: Bool = false,
        isSecret: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.default = `default`
        self.defaultNote = defaultNote
        self.executableDefaults = executableDefaults
        self.isRequired = isRequired
        self.isSecret = isSecret
        self.summary = summary
    }

    /// The value of an executable that sets nothing; nil when there is none.
    public func defaultValue(for executable: String) -> String? {
        executableDefaults[executable] ?? `default`?.replacing("<executable>", with: executable)
    }

    /// The default in words.
    func defaultText(for executable: String) -> String {
        if let value = defaultValue(for: executable) { return "default: \(value)" }
        if isRequired { return "required" }
        return defaultNote.map { "default: \($0)" } ?? "not set by default"
    }

    /// Settings are the same when their names are.
    public static func == (left: Setting, right: Setting) -> Bool { left.name == right.name }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
