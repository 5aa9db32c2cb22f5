// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A text that is no YAML, or YAML that does not say what was asked of it.
public struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file that was read; nil for a text from memory.
    public let file: String?
    /// The line the error is in, counted from 1; 0 where the file could not be read at all.
    public let line: Int
    /// What is wrong, as one sentence without a full stop.
    public let reason: String

    /// Makes an error; also for those who validate a tree and want to name the line.
    public init(file: String?, line: Int, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// The error as `file:line: reason`, the form that editors turn into a link.
    public var description: String {
        switch (file, line) {
        case (let file?, 0): "\(file): \(reason)"
        case (let file?, _): "\(file):\(line): \(reason)"
        case (nil, 0): reason
        case (nil, _): "line \(line): \(reason)"
        }
    }
}
