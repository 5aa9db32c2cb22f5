// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A structured log: constant text plus fields, one line per message.
///
/// Messages are constant so that they can be searched and counted; what differs goes into fields: names, identifiers
/// and lengths, never the values of a record or a secret. Each line is one `write(2)`, so processes that share a
/// terminal or a pipe do not mix their lines.
///
/// ```swift
/// let log = Log(format: .automatic, level: .info, fields: ["sync.worker": "unit-worker"])
/// log.info("partitions assigned", ["kafka.topic": "bc.changes.items", "count": .integer(6)])
/// ```
public final class Log: Sendable {
    /// The form of a line.
    public enum Format: String, Sendable, CaseIterable {
        /// logfmt when the output is a terminal, JSON otherwise.
        case automatic = "auto"
        /// `key=value` pairs.
        case logfmt
        /// One JSON object.
        case json
    }

    /// How much a message matters.
    public enum Level: String, Sendable, CaseIterable, Comparable {
        /// What happens, step by step; also every success.
        case debug
        /// What an operator wants to see of a healthy process: starts, stops, assignments.
        case info
        /// What went wrong and is dealt with.
        case warning
        /// What needs an operator.
        case error

        /// Orders by weight.
        public static func < (left: Level, right: Level) -> Bool { left.weight < right.weight }

        private var weight: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    /// Messages below this level are dropped, and their fields not even made.
    public let level: Level
    private let encoder: LineEncoder
    private let output: LineOutput

    /// Makes a log.
    ///
    /// - Parameters:
    ///   - format: the form of the lines.
    ///   - level: the lowest level written.
    ///   - fields: what every line carries.
    ///   - output: the file descriptor to write to, standard error by default; it stays open and belongs to the caller.
    ///   - now: the time in milliseconds since 1970, UTC.
    public convenience init(
        format: Format = .automatic,
        level: Level = .info,
        fields: [String: String] = [:],
        output: Int32 = 2,
        now: @escaping @Sendable () -> Int64 = Timestamp.now
    ) {
        let isJSON: Bool
        switch format {
        case .automatic: isJSON = isatty(output) == 0
        case .logfmt: isJSON = false
        case .json: isJSON = true
        }
        self.init(
            level: level,
            encoder: LineEncoder(isJSON: isJSON, fields: []).with(fields),
            output: LineOutput(descriptor: output, now: now)
        )
    }

    /// Makes a log as the words of the settings say; words that are none stand for the defaults.
    public convenience init(formatWord: String, levelWord: String) {
        self.init(
            format: Format(rawValue: formatWord) ?? .automatic,
            level: Level(rawValue: levelWord) ?? .info
        )
    }

    private init(level: Level, encoder: LineEncoder, output: LineOutput) {
        self.level = level
        self.encoder = encoder
        self.output = output
    }

    /// The same log with more fields on every line; a field given again takes the new value.
    public func with(_ fields: [String: String]) -> Log {
        Log(level: level, encoder: encoder.with(fields), output: output)
    }

    /// Writes a line if the level is written at all.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - message: constant text.
    ///   - fields: the data, in the order to be shown.
    public func write(
        _ level: Level,
        _ message: StaticString,
        _ fields: @autoclosure () -> [(String, LogValue)]
    ) {
        guard level >= self.level else { return }
        output.write(encoder.line(level, message, fields(), milliseconds: output.now()))
    }
}

extension Log {
    /// Writes a line at level debug.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.debug, message, fields().map { ($0.key, $0.value) })
    }

    /// Writes a line at level info.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.info, message, fields().map { ($0.key, $0.value) })
    }

    /// Writes a line at level warning.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.warning, message, fields().map { ($0.key, $0.value) })
    }

    /// Writes a line at level error.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.error, message, fields().map { ($0.key, $0.value) })
    }

    /// Writes a line at level debug, with fields made in a loop.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> [(String, LogValue)]) {
        write(.debug, message, fields())
    }

    /// Writes a line at level info, with fields made in a loop.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> [(String, LogValue)]) {
        write(.info, message, fields())
    }

    /// Writes a line at level warning, with fields made in a loop.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> [(String, LogValue)]) {
        write(.warning, message, fields())
    }

    /// Writes a line at level error, with fields made in a loop.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> [(String, LogValue)]) {
        write(.error, message, fields())
    }
}
