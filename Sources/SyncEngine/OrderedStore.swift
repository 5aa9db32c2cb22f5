// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The tables of a worker's local state.
public enum StateTable: Int, Sendable, CaseIterable {
    /// Pair key → home partition, summary and coupling record.
    case couplings
    /// Natural key → pair key.
    case keys
    /// Awaited or followed reference → pair key of who waits or follows.
    case waiters
    /// Home partition → pair keys that wait.
    case waiting
    /// Document → pair keys of its lines.
    case lines
    /// Home partition and time → pair keys that are over.
    case ended
    /// Line that was forwarded → its document.
    case homes
    /// Topic and partition → next offset to read (the runtime's).
    case positions
    /// Home partition and time → pair keys whose refused delete is due then.
    case postponed
    /// Home partition → pair keys that follow other records.
    case followers
}

/// An ordered key-value store with one open transaction: what the engine needs of its state.
public protocol OrderedStore: AnyObject {
    /// Calls `body` with the stored value, or nil; the bytes are valid during the call only.
    func withValue<Result>(
        _ table: StateTable,
        _ key: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result
    /// Stores a value.
    func put(_ table: StateTable, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws
    /// Removes a value, if there is one.
    func remove(_ table: StateTable, _ key: UnsafeRawBufferPointer) throws
    /// Calls `body` with every key that begins with `prefix`, ascending, until it returns false.
    ///
    /// It must not write; reading, also with another scan, is fine.
    func scan(
        _ table: StateTable,
        prefix: UnsafeRawBufferPointer,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws
}

extension OrderedStore {
    /// Stores an index entry, which is its key.
    func put(_ table: StateTable, entry: [UInt8]) throws {
        try entry.withUnsafeBytes { try put(table, $0, UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    /// Removes a value, if there is one.
    func remove(_ table: StateTable, entry: [UInt8]) throws {
        try entry.withUnsafeBytes { try remove(table, $0) }
    }
}
