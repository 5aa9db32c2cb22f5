// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// The same with keys and values as arrays and strings.
extension StateTransaction {
    /// A copy of the key's value; nil when the table has none.
    public func get(_ table: Int, _ key: [UInt8]) throws(StateStoreError) -> [UInt8]? {
        try key.withUnsafeBufferPointer { key throws(StateStoreError) in
            try get(table, UnsafeRawBufferPointer(key)).map { Array($0) }
        }
    }

    /// A copy of the value of a key that is given as text; nil when the table has none.
    public func get(_ table: Int, _ key: String) throws(StateStoreError) -> [UInt8]? {
        try get(table, Array(key.utf8))
    }

    /// Makes the value the key's; it replaces the one that the key had.
    public func put(_ table: Int, _ key: [UInt8], _ value: [UInt8]) throws(StateStoreError) {
        try key.withUnsafeBufferPointer { key throws(StateStoreError) in
            try value.withUnsafeBufferPointer { value throws(StateStoreError) in
                try put(table, UnsafeRawBufferPointer(key), UnsafeRawBufferPointer(value))
            }
        }
    }

    /// Makes the value that of a key given as text; it replaces the one that the key had.
    public func put(_ table: Int, _ key: String, _ value: [UInt8]) throws(StateStoreError) {
        try put(table, Array(key.utf8), value)
    }

    /// Removes the key and returns whether it was there.
    @discardableResult
    public func delete(_ table: Int, _ key: [UInt8]) throws(StateStoreError) -> Bool {
        try key.withUnsafeBufferPointer { key throws(StateStoreError) in
            try delete(table, UnsafeRawBufferPointer(key))
        }
    }

    /// Removes a key that is given as text and returns whether it was there.
    @discardableResult
    public func delete(_ table: Int, _ key: String) throws(StateStoreError) -> Bool {
        try delete(table, Array(key.utf8))
    }

    /// Calls `body` with the keys that begin with `prefix`, as the scan of bytes does.
    public func scan(
        _ table: Int,
        prefix: [UInt8],
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        try prefix.withUnsafeBytes { try scan(table, prefix: $0, body) }
    }
}
