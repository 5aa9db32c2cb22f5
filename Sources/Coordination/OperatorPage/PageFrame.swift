// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A frame of the page's files, with places for what changes.
struct PageFrame: Sendable {
    private let parts: [String]

    private static let places = ["<!-- title -->", "<!-- head -->", "<!-- main -->"]

    /// Takes a file apart; nil where it lacks a place.
    init?(_ text: String) {
        var parts: [String] = []
        var rest = text[...]
        for place in Self.places {
            guard let range = rest.firstRange(of: place) else { return nil }
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        self.parts = parts + [String(rest)]
    }

    /// The main part with what it is about.
    static func main(_ inner: String, _ attributes: KeyValuePairs<String, String>) -> String {
        var html = HTMLText()
        html.open("main", attributes)
        return "\(html.text)\(inner)</main>"
    }

    /// The frame with a title and its main part; with `refreshSeconds` browsers load it again after that time.
    func page(title: String, refreshSeconds: Int?, _ main: String) -> String {
        var html = HTMLText()
        html.write(title)
        let head = refreshSeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
        return parts[0] + html.text + parts[1] + head + parts[2] + main + parts[3]
    }
}
