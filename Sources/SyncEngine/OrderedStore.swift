// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The tables of a worker's local state.
public enum StateTable: Int, Sendable, CaseIterable {
    /// Pair key → home partition and coupling record.
    case couplings
    /// Natural key → pair key.
    case keys
    /// Awaited reference → pair key of who waits.
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
}

/// An ordered key-value store with one open transaction: what the engine needs of its state.
public protocol OrderedStore: AnyObject {
    /// Calls `body` with the stored value, or nil; the bytes are valid during the call only.
    func withValue<Result>(
        _ table: StateTable,
        _ key: [UInt8],
        _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result
    /// Stores a value.
    func put(_ table: StateTable, _ key: [UInt8], _ value: [UInt8]) throws
    /// Removes a value, if there is one.
    func remove(_ table: StateTable, _ key: [UInt8]) throws
    /// Calls `body` with every key that begins with `prefix`, ascending, until it returns false; it must not write.
    func scan(
        _ table: StateTable,
        prefix: [UInt8],
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws
}
