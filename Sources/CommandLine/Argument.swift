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
