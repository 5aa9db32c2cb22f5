// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLMDB

/// The one write transaction of a store: everything it changes becomes visible with its commit, or nothing does.
///
/// It is used on one thread, the one that began it, and is aborted when it is released without having ended. Keys have
/// 1 to ``StateStore/maximumKeyBytes`` bytes.
public final class StateTransaction {
    private let store: StateStore
    private let environment: StateEnvironment
    private var handle: OpaquePointer?
    private var isScanning = false
    private var foundTooLittleRoom = false

    init(store: StateStore, environment: StateEnvironment, handle: OpaquePointer) {
        self.store = store
        self.environment = environment
        self.handle = handle
    }

    deinit {
        if handle != nil { abort() }
    }

    /// The value of a key; nil when the table has none.
    ///
    /// It is valid until the next change in this transaction, or its end.
    public func get(_ table: Int, _ key: UnsafeRawBufferPointer) throws(StateStoreError) -> UnsafeRawBufferPointer? {
        if let error = check(key) { throw error }
        var key = MDB_val(key)
        var value = MDB_val()
        let code = mdb_get(active, environment.tables[table], &key, &value)
        guard code != MDB_NOTFOUND else { return nil }
        guard code == 0 else { throw error(code) }
        return UnsafeRawBufferPointer(value)
    }

    /// Makes the value the key's; it replaces the one that the key had.
    public func put(
        _ table: Int,
        _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) throws(StateStoreError) {
        precondition(!isScanning, "A state transaction changes nothing during a scan.")
        if let error = check(key) { throw error }
        var key = MDB_val(key)
        var value = MDB_val(value)
        let code = mdb_put(active, environment.tables[table], &key, &value, 0)
        guard code == 0 else { throw error(code) }
    }

    /// Removes the key and returns whether it was there.
    @discardableResult
    public func delete(_ table: Int, _ key: UnsafeRawBufferPointer) throws(StateStoreError) -> Bool {
        precondition(!isScanning, "A state transaction changes nothing during a scan.")
        if let error = check(key) { throw error }
        var key = MDB_val(key)
        let code = mdb_del(active, environment.tables[table], &key, nil)
        guard code == 0 || code == MDB_NOTFOUND else { throw error(code) }
        return code == 0
    }

    /// Calls `body` with the keys that begin with `prefix`, and their values, in ascending order of bytes.
    ///
    /// - Parameters:
    ///   - table: Index of the table.
    ///   - prefix: Empty for the whole table.
    ///   - body: Gets key and value, valid during the call, and returns whether to go on. It must change nothing.
    /// - Throws: ``StateStoreError``, and what `body` throws.
    public func scan(
        _ table: Int,
        prefix: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        var cursor: OpaquePointer?
        let code = mdb_cursor_open(active, environment.tables[table], &cursor)
        guard code == 0 else { throw error(code) }
        defer { mdb_cursor_close(cursor) }
        let wasScanning = isScanning
        isScanning = true
        defer { isScanning = wasScanning }
        var key = MDB_val(prefix)
        var value = MDB_val()
        var step = mdb_cursor_get(cursor, &key, &value, prefix.isEmpty ? MDB_FIRST : MDB_SET_RANGE)
        while step == 0 {
            let found = UnsafeRawBufferPointer(key)
            guard found.starts(with: prefix), try body(found, UnsafeRawBufferPointer(value)) else { return }
            step = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
        }
        guard step == MDB_NOTFOUND else { throw error(step) }
    }

    /// Number of keys in the table.
    public func count(_ table: Int) throws(StateStoreError) -> Int {
        var status = MDB_stat()
        let code = mdb_stat(active, environment.tables[table], &status)
        guard code == 0 else { throw error(code) }
        return Int(status.ms_entries)
    }

    /// Makes all changes visible to the transactions that follow, also when the process dies; ends the transaction.
    ///
    /// - Throws: ``StateStoreError``; nothing is changed then, and the transaction has ended.
    public func commit() throws(StateStoreError) {
        let code = mdb_txn_commit(active)
        let failure = code == 0 ? nil : error(code)
        end()
        if let failure { throw failure }
    }

    /// Drops all changes and ends the transaction.
    public func abort() {
        mdb_txn_abort(active)
        end()
    }

    private var active: OpaquePointer {
        guard let handle else { preconditionFailure("A state transaction was used after its end.") }
        return handle
    }

    private func end() {
        handle = nil
        store.transactionEnded(foundTooLittleRoom: foundTooLittleRoom)
    }

    private func check(_ key: UnsafeRawBufferPointer) -> StateStoreError? {
        if key.count > StateStore.maximumKeyBytes {
            return StateStoreError(reason: .keyTooLong(limit: StateStore.maximumKeyBytes), path: environment.path)
        }
        return key.isEmpty ? error(MDB_BAD_VALSIZE) : nil
    }

    private func error(_ code: Int32) -> StateStoreError {
        if code == MDB_MAP_FULL { foundTooLittleRoom = true }
        return StateStoreError(code: code, path: environment.path)
    }
}
