// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import StateStore
import SyncEngine

/// The engine's tables in LMDB: one write transaction for each Kafka transaction.
final class LocalState: OrderedStore {
    private let store: StateStore
    private var transaction: StateTransaction?

    init(_ store: StateStore) {
        self.store = store
    }

    /// Grows whenever the engine lays out its tables in another way; data of an older format is read anew from Kafka.
    static let formatVersion = 7
    static let tableNames = StateTable.allCases.map { "\($0)" }

    /// The open transaction, begun on first use.
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

    func abort() {
        transaction?.abort()
        transaction = nil
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

    /// The next offset to read of a couplings topic's partition; nil where nothing was read.
    func position(topic: String, partition: Int32) throws -> Int64? {
        try "\(topic)|\(partition)".withBytes { key in
            try withValue(.positions, key) { $0.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } }
        }
    }

    func setPosition(topic: String, partition: Int32, _ offset: Int64) throws {
        try "\(topic)|\(partition)".withBytes { key in
            try String(offset).withBytes { try put(.positions, key, $0) }
        }
    }
}
