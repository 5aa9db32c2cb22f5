// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Durations as people write them in settings: a whole number and a unit.
enum DurationText {
    private static let units: [(names: [String], milliseconds: Int64)] = [
        (["ms"], 1), (["s", "sec"], 1_000), (["min", "m"], 60_000), (["h"], 3_600_000), (["d"], 86_400_000),
    ]

    /// Reads `500ms`, `90s`, `15 min`, `2h` or `7d`; nil for everything else, also for a number without a unit.
    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int64(digits), let factor = units.first(where: { $0.names.contains(String(unit)) }) else {
            return nil
        }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: factor.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// Writes a duration with the largest unit that makes it a whole number.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0, let unit = units.last(where: { milliseconds % $0.milliseconds == 0 }) else {
            return "\(seconds)s"
        }
        return "\(milliseconds / unit.milliseconds)\(unit.names[0])"
    }
}
