// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong in a mapping file.
public struct MappingProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file: its name for a bundled one, its path for one of the overriding directory.
    public let file: String
    /// The line, counted from 1; 0 where the file or directory as a whole is meant.
    public let line: Int
    /// What is wrong, as one sentence without a full stop.
    public let reason: String

    /// Makes a problem.
    public init(file: String, line: Int, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// The problem as `file:line: reason`, the form that editors turn into a link.
    public var description: String {
        line == 0 ? "\(file): \(reason)" : "\(file):\(line): \(reason)"
    }
}
