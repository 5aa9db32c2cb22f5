// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What is asked of every page, whatever is on it.
enum HTMLCheck {
    /// A value that would do harm where it is not escaped.
    static let hostile =
        #"</bdi><script>alert(1)</script><img src=x onerror="alert('2')">&amp;"# + "\u{0}\u{202E}"

    /// The names of elements that are open where the text ends, and what is wrong with it.
    static func problems(of html: String) -> [String] {
        var open: [String] = []
        var problems: [String] = []
        for piece in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
            guard let end = piece.firstIndex(of: ">") else {
                problems.append("a tag without an end: \(piece.prefix(40))")
                continue
            }
            let tag = piece[..<end]
            let name = tag.prefix { $0 != " " }
            if name.hasPrefix("/") {
                let expected = open.popLast() ?? "nothing"
                if expected != name.dropFirst() { problems.append("</\(expected)> expected, \(name) found") }
            } else if name != "input" {
                open.append(String(name))
            }
            // Attributes without their values, which may say anything that is escaped.
            let names = tag.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 0 }.map(\.element).joined()
            if names.contains(" style=") || names.contains(" on") { problems.append("inline style or script: \(tag)") }
        }
        return problems + open.map { "\($0) does not end" }
    }
}
