// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Everything that is wrong in the mapping files; nothing was loaded.
public struct MappingErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problems, by file and line; at least one.
    public let problems: [MappingProblem]

    /// Makes the error, putting the problems in order.
    public init(_ problems: [MappingProblem]) {
        self.problems = problems.sorted { ($0.file, $0.line, $0.reason) < ($1.file, $1.line, $1.reason) }
    }

    /// A line for each problem, with the setting that names the operator's files: bundled ones are right by themselves.
    public var settingProblems: [String] {
        problems.map { "SYNC_MAPPINGS_DIR: \($0.description)" }
    }

    /// A line for each problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
