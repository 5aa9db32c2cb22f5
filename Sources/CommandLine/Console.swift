// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a command prints, and what that place can show.
public struct Console: Sendable {
    /// The columns of the terminal; nil when standard output is none.
    public let width: Int?
    /// True when colour helps: on a terminal, unless `NO_COLOR` is set.
    public let usesColour: Bool
    private let output: @Sendable (String) -> Void
    private let errors: @Sendable (String) -> Void
    private let failure: @Sendable () -> Int32?

    /// Makes a console, also one that keeps what is printed; `outputFailure` tells the `errno` of a write that failed.
    public init(
        width: Int? = nil,
        usesColour: Bool = false,
        output: @escaping @Sendable (String) -> Void,
        errors: @escaping @Sendable (String) -> Void,
        outputFailure: @escaping @Sendable () -> Int32? = { nil }
    ) {
        self.width = width
        self.usesColour = usesColour
        self.output = output
        self.errors = errors
        failure = outputFailure
    }

    /// Standard output and standard error.
    public static func standard(environment: [String: String]) -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        let (output, errors) = (OutputDescriptor(STDOUT_FILENO), OutputDescriptor(STDERR_FILENO))
        return Console(
            width: isTerminal ? terminalWidth() : nil,
            usesColour: isTerminal && !isPlain,
            output: { output.write($0) },
            errors: { errors.write($0) },
            outputFailure: { output.failure }
        )
    }

    /// Prints text and an end of line, at once.
    public func print(_ text: String) { output(text + "\n") }

    /// Prints text and an end of line to standard error.
    public func printError(_ text: String) { errors(text + "\n") }

    /// Prints text as it is, for progress on one line.
    public func printRaw(_ text: String) { output(text) }

    /// The `errno` of the write to standard output that failed, behind which nothing is written; nil where none did.
    public var outputFailure: Int32? { failure() }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
