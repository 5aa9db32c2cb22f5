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

    /// Makes a console, also one that keeps what is printed.
    public init(
        width: Int? = nil,
        usesColour: Bool = false,
        output: @escaping @Sendable (String) -> Void,
        errors: @escaping @Sendable (String) -> Void
    ) {
        self.width = width
        self.usesColour = usesColour
        self.output = output
        self.errors = errors
    }

    /// Standard output and standard error.
    public static func standard(environment: [String: String]) -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        return Console(
            width: isTerminal ? terminalWidth() : nil,
            usesColour: isTerminal && !isPlain,
            output: { write($0, to: STDOUT_FILENO) },
            errors: { write($0, to: STDERR_FILENO) }
        )
    }

    /// Prints text and an end of line, at once.
    public func print(_ text: String) { output(text + "\n") }

    /// Prints text and an end of line to standard error.
    public func printError(_ text: String) { errors(text + "\n") }

    /// Prints text as it is, for progress on one line.
    public func printRaw(_ text: String) { output(text) }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}

/// The system's `write`, whose name the method above hides.
private let systemWrite = write
