// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Everything that is wrong with the settings, at once.
public struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One line each: the name, the value (never a secret's), what is allowed.
    public let problems: [String]

    /// Makes the error of these problems.
    public init(problems: [String]) {
        self.problems = problems
    }

    /// The problems, a line each.
    public var description: String { problems.joined(separator: "\n") }
}
