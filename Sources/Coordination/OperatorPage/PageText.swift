// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Numbers and times as the page shows them.
enum PageText {
    /// A whole number with commas between thousands.
    static func number(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return value < 0 ? "-\(text)" : text
    }

    /// A number in at most four characters: `950`, `1.2k`, `34k`, `5.6M`.
    static func short(_ value: Int64) -> String {
        guard value >= 1_000 else { return String(value) }
        let (unit, name): (Int64, String) =
            value >= 1_000_000_000 ? (1_000_000_000, "G") : value >= 1_000_000 ? (1_000_000, "M") : (1_000, "k")
        let tenths = value / (unit / 10)
        return tenths >= 100 || tenths % 10 == 0 ? "\(tenths / 10)\(name)" : "\(tenths / 10).\(tenths % 10)\(name)"
    }

    /// Records in a second.
    static func rate(_ value: Double) -> String {
        value <= 0 ? "0/s" : value < 10 ? "\((value * 10).rounded() / 10)/s" : "\(number(Int64(value)))/s"
    }

    /// Some of a thing: `1 record`, `2,000 records`.
    static func count(_ value: Int, _ one: String, _ many: String? = nil) -> String {
        value == 1 ? "1 \(one)" : "\(number(Int64(value))) \(many ?? one + "s")"
    }

    /// How often a record was tried in vain; where not all of it counts towards the limit, how much does.
    static func tries(_ tries: Int, counted: Int) -> String {
        count(tries, "try", "tries") + (tries == counted ? "" : ", \(number(Int64(counted))) counted")
    }

    /// A time for programs.
    static func instant(_ milliseconds: Int64) -> String { SyncModel.Timestamp.text(milliseconds: milliseconds) }

    /// A time of day for people, in UTC: `22:24:40 UTC`.
    static func timeOfDay(_ milliseconds: Int64) -> String {
        let text = instant(milliseconds)
        guard let start = text.firstIndex(of: "T") else { return text }
        return "\(text[text.index(after: start)...].prefix(8)) UTC"
    }
}
