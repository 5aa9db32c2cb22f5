// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Shows text from outside without letting it break the line or command the terminal.
package enum OneLine {
    /// The text in quotes, control characters escaped, cut at 100 characters.
    static func quoted(_ text: String) -> String {
        "'\(escaped(text.count > 100 ? text.prefix(100) + "…" : text))'"
    }

    /// The text with its control characters escaped.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                let isHarmful =
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: scalar != "\u{200D}"
                    default: false
                    }
                if isHarmful {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
