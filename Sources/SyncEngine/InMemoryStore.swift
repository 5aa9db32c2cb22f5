// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// An ordered store in memory: for simulation, planning and tests.
public final class InMemoryStore: OrderedStore {
    private var tables = [[[UInt8]: [UInt8]]](repeating: [:], count: StateTable.allCases.count)

    /// Makes an empty store.
    public init() {}

    public func withValue<Result>(
        _ table: StateTable,
        _ key: [UInt8],
        _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result {
        guard let value = tables[table.rawValue][key] else { return try body(nil) }
        return try value.withUnsafeBytes { try body($0) }
    }

    public func put(_ table: StateTable, _ key: [UInt8], _ value: [UInt8]) {
        tables[table.rawValue][key] = value
    }

    public func remove(_ table: StateTable, _ key: [UInt8]) {
        tables[table.rawValue][key] = nil
    }

    public func scan(
        _ table: StateTable,
        prefix: [UInt8],
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let found = tables[table.rawValue].filter { $0.key.starts(with: prefix) }
        for (key, value) in found.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let goOn = try key.withUnsafeBytes { key in try value.withUnsafeBytes { try body(key, $0) } }
            guard goOn else { return }
        }
    }
}
