// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Finds the known name that a misspelled one was probably meant to be.
enum NearestName {
    /// The words to add to a message: ` (did you mean X?)`, or else what is allowed where that is short.
    static func hint(for name: String, among known: [String]) -> String {
        if let nearest = nearest(to: name, among: known) { return "; did you mean `\(nearest)`?" }
        return known.count <= 20 ? "; known are \(known.joined(separator: ", "))" : ""
    }

    /// The known name with the fewest changes, if these are few.
    static func nearest(to name: String, among known: [String]) -> String? {
        let limit = max(1, name.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(Array(name.lowercased()), Array(candidate.lowercased()))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Levenshtein's distance: letters to insert, delete or change.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let substituted = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
