// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import StateStore
import SyncEngine

/// The engine's tables in LMDB, one write transaction a batch, as the worker has them.
final class StoredTables: OrderedStore {
    private let store: StateStore
    private var transaction: StateTransaction?

    init(directory: String) throws {
        store = try StateStore(directory: directory, tables: StateTable.allCases.map { "\($0)" })
    }

    private func open() throws -> StateTransaction {
        if let transaction { return transaction }
        let begun = try store.begin()
        transaction = begun
        return begun
    }

    func commit() throws {
        defer { transaction = nil }
        try transaction?.commit()
    }

    func close() throws {
        transaction?.abort()
        transaction = nil
        try store.close()
    }

    func withValue<Result>(
        _ table: StateTable,
        _ key: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result {
        try body(try open().get(table.rawValue, key))
    }

    func put(_ table: StateTable, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws {
        try open().put(table.rawValue, key, value)
    }

    func remove(_ table: StateTable, _ key: UnsafeRawBufferPointer) throws {
        _ = try open().delete(table.rawValue, key)
    }

    func scan(
        _ table: StateTable,
        prefix: UnsafeRawBufferPointer,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        try open().scan(table.rawValue, prefix: prefix, body)
    }
}
