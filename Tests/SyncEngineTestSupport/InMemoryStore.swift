// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncEngine

/// An ordered store in memory with transactions: for simulations, tests and benchmarks.
///
/// Every write belongs to the open transaction, which `commit` ends and `rollBack` undoes.
public final class InMemoryStore: OrderedStore {
    /// One table: values by key, and its keys in short sorted runs, so that a write moves few of them.
    private struct Table {
        static let longestRun = 256

        var values: [[UInt8]: [UInt8]] = [:]
        var runs: [[[UInt8]]] = []

        mutating func put(_ key: [UInt8], _ value: [UInt8]) -> [UInt8]? {
            let old = values.updateValue(value, forKey: key)
            if old == nil { insert(key) }
            return old
        }

        mutating func remove(_ key: [UInt8]) -> [UInt8]? {
            guard let old = values.removeValue(forKey: key) else { return nil }
            let run = runIndex(of: key)
            let position = InMemoryStore.position(of: key, in: runs[run])
            runs[run].remove(at: position)
            if runs[run].isEmpty { runs.remove(at: run) }
            return old
        }

        private mutating func insert(_ key: [UInt8]) {
            guard !runs.isEmpty else {
                runs = [[key]]
                return
            }
            let run = runIndex(of: key)
            let position = InMemoryStore.position(of: key, in: runs[run])
            runs[run].insert(key, at: position)
            if runs[run].count > Table.longestRun {
                let upper = Array(runs[run][(Table.longestRun / 2)...])
                runs[run].removeLast(upper.count)
                runs.insert(upper, at: run + 1)
            }
        }

        /// The last run that begins at or before the key; the first where none does.
        func runIndex(of key: [UInt8]) -> Int {
            var low = 0
            var high = runs.count
            while low < high {
                let middle = (low + high) / 2
                if InMemoryStore.isBefore(key, runs[middle][0]) { high = middle } else { low = middle + 1 }
            }
            return max(0, low - 1)
        }
    }

    private struct Change {
        var table: StateTable
        var key: [UInt8]
        var old: [UInt8]?
    }

    private var tables = [Table](repeating: Table(), count: StateTable.allCases.count)
    private var undo: [Change] = []

    /// Makes an empty store.
    public init() {}

    /// Calls `body` with the stored value, or nil.
    public func withValue<Result>(
        _ table: StateTable,
        _ key: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result {
        guard let value = tables[table.rawValue].values[Array(key)] else { return try body(nil) }
        return try value.withUnsafeBytes { try body($0) }
    }

    /// Stores a value.
    public func put(_ table: StateTable, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let key = Array(key)
        let old = tables[table.rawValue].put(key, Array(value))
        undo.append(Change(table: table, key: key, old: old))
    }

    /// Removes a value, if there is one.
    public func remove(_ table: StateTable, _ key: UnsafeRawBufferPointer) {
        let key = Array(key)
        guard let old = tables[table.rawValue].remove(key) else { return }
        undo.append(Change(table: table, key: key, old: old))
    }

    /// Calls `body` with every key that begins with `prefix`, ascending, until it returns false.
    public func scan(
        _ table: StateTable,
        prefix: UnsafeRawBufferPointer,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let found = tables[table.rawValue]
        let prefix = Array(prefix)
        guard !found.runs.isEmpty else { return }
        var run = found.runIndex(of: prefix)
        var position = InMemoryStore.position(of: prefix, in: found.runs[run])
        while run < found.runs.count {
            while position < found.runs[run].count {
                let key = found.runs[run][position]
                guard key.starts(with: prefix) else { return }
                let value = found.values[key] ?? []
                let goOn = try key.withUnsafeBytes { key in try value.withUnsafeBytes { try body(key, $0) } }
                guard goOn else { return }
                position += 1
            }
            run += 1
            position = 0
        }
    }

    /// Ends the transaction; what it wrote stays.
    public func commit() {
        undo.removeAll(keepingCapacity: true)
    }

    /// Ends the transaction and undoes what it wrote.
    public func rollBack() {
        while let change = undo.popLast() {
            if let old = change.old {
                _ = tables[change.table.rawValue].put(change.key, old)
            } else {
                _ = tables[change.table.rawValue].remove(change.key)
            }
        }
    }

    /// The first position whose key is not before this one.
    private static func position(of key: [UInt8], in run: [[UInt8]]) -> Int {
        var low = 0
        var high = run.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(run[middle], key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                var index = 0
                let common = min(left.count, right.count)
                while index < common {
                    if left[index] != right[index] { return left[index] < right[index] }
                    index += 1
                }
                return left.count < right.count
            }
        }
    }
}
