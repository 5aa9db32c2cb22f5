// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What stands first in a coupling's binary form: what a reference asks of the record that it means.
///
/// A view of the stored bytes, valid as long as they are; it spares references, of which most events have some, all the
/// rest.
public struct CouplingHead {
    struct Flags: OptionSet {
        let rawValue: UInt8

        static let exists = Flags(rawValue: 1)
        static let isWaiting = Flags(rawValue: 2)
        static let isCreated = Flags(rawValue: 4)
        /// There are facts or related rows, which some references want.
        static let hasMore = Flags(rawValue: 8)
        /// The source has another natural key by now.
        static let hasGivenUpItsKey = Flags(rawValue: 16)
    }

    /// Grows with every write of the record.
    public let revision: Int64
    /// Where the pair stands.
    public let state: Coupling.State
    /// Entity set name of the Dataverse row, in UTF-8.
    public let entitySet: UnsafeRawBufferPointer
    /// The row's id, in UTF-8.
    public let id: UnsafeRawBufferPointer
    let flags: Flags
    /// What follows.
    let rest: UnsafeRawBufferPointer

    /// Others may refer to the row.
    public var exists: Bool { flags.contains(.exists) }
    /// Something waits to go on.
    public var isWaiting: Bool { flags.contains(.isWaiting) }
    /// There are facts or related rows.
    public var hasMore: Bool { flags.contains(.hasMore) }
    /// The source has another natural key by now than the row: who refers by that one means another record.
    public var hasGivenUpItsKey: Bool { flags.contains(.hasGivenUpItsKey) }

    /// Reads the head of a coupling in binary form.
    ///
    /// - Throws: `Coupling.Unreadable`.
    public init(_ bytes: UnsafeRawBufferPointer) throws(Coupling.Unreadable) {
        var reader = BinaryReader(bytes)
        revision = try reader.integer()
        flags = Flags(rawValue: try reader.integer())
        let index = Int(try reader.integer(UInt8.self))
        guard index < Coupling.State.allCases.count else { throw Coupling.Unreadable(member: "state") }
        state = Coupling.State.allCases[index]
        entitySet = try reader.bytes()
        id = try reader.bytes()
        rest = reader.rest
    }

    static func write(_ coupling: Coupling, to bytes: inout BinaryWriter) {
        bytes.append(coupling.revision)
        var flags: Flags = []
        if coupling.exists { flags.insert(.exists) }
        if coupling.waiting != nil { flags.insert(.isWaiting) }
        if coupling.crm.isCreated { flags.insert(.isCreated) }
        if !coupling.bc.facts.isEmpty || !coupling.crm.related.isEmpty { flags.insert(.hasMore) }
        if coupling.bc.wantedKey != nil { flags.insert(.hasGivenUpItsKey) }
        bytes.append(flags.rawValue)
        bytes.append(UInt8(truncatingIfNeeded: Coupling.State.allCases.firstIndex(of: coupling.state) ?? 0))
        bytes.append(coupling.crm.entity)
        bytes.append(coupling.crm.id)
    }
}
