// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// How a coupling lies in the store: its home partition, then its record in binary form.
enum StoredCoupling {
    private static let headerLength = MemoryLayout<Int32>.size

    /// Writes a coupling as it is stored, in the place of what `value` held.
    static func write(_ coupling: Coupling, partition: Int32, to value: inout BinaryWriter) {
        value.removeAll()
        value.append(partition)
        coupling.writeBinary(to: &value)
    }

    static func partition(_ value: UnsafeRawBufferPointer) throws(Coupling.Unreadable) -> Int32 {
        guard value.count >= headerLength else { throw Coupling.Unreadable(member: "partition") }
        return Int32(littleEndian: value.loadUnaligned(as: Int32.self))
    }

    /// The record in binary form.
    static func record(_ value: UnsafeRawBufferPointer) throws(Coupling.Unreadable) -> UnsafeRawBufferPointer {
        guard value.count >= headerLength else { throw Coupling.Unreadable(member: "partition") }
        return UnsafeRawBufferPointer(rebasing: value[headerLength...])
    }
}
