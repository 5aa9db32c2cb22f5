// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Writes HTML in which every value is escaped: names and numbers of records come from outside.
struct HTMLText {
    /// What was written so far.
    private(set) var text = ""

    /// Writes an element with what `body` writes inside it.
    mutating func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<String, String> = [:],
        _ body: (inout HTMLText) -> Void
    ) {
        open(name, attributes)
        body(&self)
        text += "</\(name)>"
    }

    /// Writes an element with a text inside it.
    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<String, String>, _ value: String) {
        element(name, attributes) { $0.write(value) }
    }

    /// Writes an element without attributes and with a text inside it.
    mutating func element(_ name: StaticString, _ value: String) {
        element(name, [:]) { $0.write(value) }
    }

    /// Writes an element that has no content and no end.
    mutating func open(_ name: StaticString, _ attributes: KeyValuePairs<String, String> = [:]) {
        text += "<\(name)"
        for (attribute, value) in attributes {
            text += " \(attribute)=\""
            write(value)
            text += "\""
        }
        text += ">"
    }

    /// Writes a text.
    mutating func write(_ value: String) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // Not allowed in HTML, and of no use to readers.
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}"..."\u{9F}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Writes a name from outside: its direction of writing stays its own.
    mutating func name(_ value: String) {
        // Long ones are cut: a page is no place for them, and the API has them whole.
        let short = value.count > 120 ? "\(value.prefix(119))…" : value
        element("bdi", short)
    }

    /// Writes how long ago something was; the page's script keeps it up to date.
    mutating func age(_ atMs: Int64, nowMs: Int64) {
        element(
            "time",
            ["datetime": PageText.instant(atMs), "data-age": ""],
            "\(LagJudge.span(nowMs - atMs)) ago"
        )
    }
}
