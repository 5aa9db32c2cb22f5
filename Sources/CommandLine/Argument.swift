// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A positional argument of a command.
public struct Argument: Sendable {
    enum Count: Sendable {
        case one, optional, many
    }

    let name: String
    let count: Count
    let summary: String
    /// What it may be, for shells to offer.
    var completion = Completion.none

    /// What shells offer for an argument.
    enum Completion: Sendable {
        case none, files
        case oneOf(@Sendable () -> [String])
    }

    /// The same argument, of which shells offer these; they are made when a shell asks.
    public func offering(_ values: @escaping @Sendable @autoclosure () -> [String]) -> Argument {
        var argument = self
        argument.completion = .oneOf(values)
        return argument
    }

    /// The same argument, for which shells offer files.
    public func offeringFiles() -> Argument {
        var argument = self
        argument.completion = .files
        return argument
    }

    /// An argument that must be there.
    public static func required(_ name: String, _ summary: String) -> Argument {
        Argument(name: name, count: .one, summary: summary)
    }

    /// An argument that may be left out; only behind the required ones.
    public static func optional(_ name: String, _ summary: String) -> Argument {
        Argument(name: name, count: .optional, summary: summary)
    }

    /// All the rest, also none; only as the last one.
    public static func many(_ name: String, _ summary: String) -> Argument {
        Argument(name: name, count: .many, summary: summary)
    }

    /// The argument as the line of usage shows it.
    var usage: String {
        switch count {
        case .one: "<\(name)>"
        case .optional: "[<\(name)>]"
        case .many: "[<\(name)>...]"
        }
    }
}
