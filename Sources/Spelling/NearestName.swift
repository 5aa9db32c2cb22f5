// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Finds the name that was probably meant.
public enum NearestName {
    /// The nearest of the names, or nil when none is near enough to be a slip.
    public static func find(_ text: String, among names: [String]) -> String? {
        guard let best = closest(text, among: names) else { return nil }
        return best.distance <= max(1, text.count / 3) ? best.name : nil
    }

    /// The nearest of the names however far it is, the first of several; nil when there are none.
    public static func closest(_ text: String, among names: [String]) -> (name: String, distance: Int)? {
        names.map { (name: $0, distance: distance(text, $0)) }.min { $0.distance < $1.distance }
    }

    /// How many letters must be inserted, removed, changed or swapped with their neighbour; case does not matter.
    static func distance(_ left: String, _ right: String) -> Int {
        // Hostile names may be of any length, and beyond this one nothing is near.
        let left = Array(left.lowercased().prefix(200))
        let right = Array(right.lowercased().prefix(200))
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
