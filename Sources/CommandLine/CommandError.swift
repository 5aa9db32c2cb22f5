// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Ends a command with one line on standard error and an exit code.
public struct CommandError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong and how to go on, as one line.
    public let message: String
    /// The exit status.
    public let exitCode: ExitCode

    /// Makes an error.
    public init(_ message: String, _ exitCode: ExitCode = .no) {
        self.message = message
        self.exitCode = exitCode
    }

    /// The message.
    public var description: String { message }
}
