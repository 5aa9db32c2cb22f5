// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// How a coupling lies in the store: its home partition, what a reference to it asks for most, then its record.
///
/// The summary spares a reference, of which most events have some, the parsing of the whole record.
enum StoredCoupling {
    /// What stands before the record: four bytes of partition, two of the summary's length.
    private static let headerLength = 6

    static func make(_ coupling: Coupling, partition: Int32, record: UnsafeRawBufferPointer) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(record.count + 128)
        withUnsafeBytes(of: partition.bigEndian) { value.append(contentsOf: $0) }
        value.append(contentsOf: [0, 0])
        appendSummary(of: coupling, to: &value)
        let length = value.count - headerLength
        value[4] = UInt8(truncatingIfNeeded: length >> 8)
        value[5] = UInt8(truncatingIfNeeded: length)
        value.append(contentsOf: record)
        return value
    }

    /// Nothing, where a reference may want to know more than fits here.
    private static func appendSummary(of coupling: Coupling, to value: inout [UInt8]) {
        let (id, entity) = (coupling.crm.id, coupling.crm.entity)
        guard coupling.bc.facts.isEmpty, coupling.crm.related.isEmpty, id.utf8.count + entity.utf8.count < 1_000 else {
            return
        }
        value.append((coupling.exists ? 1 : 0) | (coupling.waiting != nil ? 2 : 0))
        for text in [coupling.state.rawValue, entity, id] {
            value.append(contentsOf: text.utf8)
            value.append(0)
        }
    }

    static func partition(_ value: UnsafeRawBufferPointer) -> Int32 {
        Int32(bigEndian: value.loadUnaligned(as: Int32.self))
    }

    static func record(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: value[(headerLength + summaryLength(value))...])
    }

    private static func summaryLength(_ value: UnsafeRawBufferPointer) -> Int {
        Int(UInt16(bigEndian: value.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
    }

    /// What the summary says; nil where there is none.
    static func reference(_ value: UnsafeRawBufferPointer) -> ReferencedRecord? {
        let length = summaryLength(value)
        guard length > 0 else { return nil }
        let flags = value[headerLength]
        var rest = value[(headerLength + 1)..<(headerLength + length)]
        func takeText() -> String {
            let end = rest.firstIndex(of: 0) ?? rest.endIndex
            defer { rest = rest[min(end + 1, rest.endIndex)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        guard let state = Coupling.State(rawValue: takeText()) else { return nil }
        let entitySet = takeText()
        return ReferencedRecord(
            id: takeText(),
            entitySet: entitySet,
            exists: flags & 1 != 0,
            state: state,
            isWaiting: flags & 2 != 0
        )
    }
}
