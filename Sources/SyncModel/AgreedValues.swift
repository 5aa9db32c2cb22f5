// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Values by column, as both sides last agreed on them; an absent column is null.
///
/// They are few, and every event reads, compares and writes all of them in the order of their names: so they are kept
/// sorted, which costs a fraction of a dictionary's hashes and of sorting each time.
public struct AgreedValues: Sendable, Hashable, Sequence, ExpressibleByDictionaryLiteral {
    private struct Entry: Sendable, Hashable {
        var column: String
        var value: String
    }

    private var entries: [Entry] = []

    /// Makes the values of columns; of several with one name the last counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (column, value) in elements { self[column] = value }
    }

    /// Reads the members that are texts; written by us, they are in order already.
    init(_ json: JSONValue) {
        guard json.kind == .object else { return }
        entries.reserveCapacity(json.count)
        for (column, value) in json.members {
            guard let text = value.string else { continue }
            if let last = entries.last, last.column >= column {
                self[column] = text
            } else {
                entries.append(Entry(column: column, value: text))
            }
        }
    }

    /// The value of a column; nil where it is null.
    public subscript(column: String) -> String? {
        get {
            let index = position(of: column)
            return index < entries.count && entries[index].column == column ? entries[index].value : nil
        }
        set {
            let index = position(of: column)
            let isThere = index < entries.count && entries[index].column == column
            if let newValue {
                if isThere {
                    entries[index].value = newValue
                } else {
                    entries.insert(Entry(column: column, value: newValue), at: index)
                }
            } else if isThere {
                entries.remove(at: index)
            }
        }
    }

    /// Where the column stands, or would.
    private func position(of column: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].column < column { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether nothing is agreed.
    public var isEmpty: Bool { entries.isEmpty }
    /// How many columns have a value.
    public var count: Int { entries.count }

    /// The columns with their values, in the order of their names.
    public func makeIterator() -> AnyIterator<(key: String, value: String)> {
        var iterator = entries.makeIterator()
        return AnyIterator { iterator.next().map { ($0.column, $0.value) } }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for entry in entries { writer.field(entry.column, entry.value) }
        writer.endObject()
    }
}
