// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// What a reference needs to know of the record it means.
public struct ReferencedRecord: Sendable {
    /// The Dataverse row's id.
    public let id: String
    /// Its entity set.
    public let entitySet: String
    /// Others may refer to it.
    public let exists: Bool
    /// Where its pair stands.
    public let state: Coupling.State
    /// A change of it waits for something.
    public let isWaiting: Bool
    /// Rows made along with it, by role.
    public let related: [String: String]
    /// The base values asked for, by column.
    public let values: [String: String]
    /// Values of the source that others need.
    public let facts: [String: String]
    /// The time of its newest event, in milliseconds since 1970; 0 where nothing was asked for that varies.
    let eventAt: Int64
    /// Its source has another natural key by now than its row: who refers by the old one means another record.
    let hasGivenUpItsKey: Bool
    private let pairKey: String

    init(_ head: CouplingHead, pairKey: String) {
        self.pairKey = pairKey
        hasGivenUpItsKey = head.hasGivenUpItsKey
        id = String(decoding: head.id, as: UTF8.self)
        entitySet = String(decoding: head.entitySet, as: UTF8.self)
        exists = head.exists
        state = head.state
        isWaiting = head.isWaiting
        related = [:]
        values = [:]
        facts = [:]
        eventAt = 0
    }

    init(_ coupling: Coupling, pairKey: String, columns: [String]) {
        self.pairKey = pairKey
        hasGivenUpItsKey = coupling.bc.wantedKey != nil
        id = coupling.crm.id
        entitySet = coupling.crm.entity
        exists = coupling.exists
        state = coupling.state
        isWaiting = coupling.waiting != nil
        related = coupling.crm.related.mapValues(\.id)
        var values: [String: String] = [:]
        for column in columns { values[column] = coupling.base[column] }
        self.values = values
        facts = coupling.bc.facts
        eventAt = coupling.bc.version.eventAt
    }

    /// The id of its source.
    public var sourceID: Substring { pairKey.split(separator: "/").last ?? "" }

    /// Its source is deleted.
    var isOver: Bool { state == .broken || state == .deleted }

    /// Why the record cannot be referred to yet.
    public var reason: Waiting.Reason {
        switch state {
        case .waiting: .waiting
        case .pending: .pending
        case .coupled: isWaiting ? .waiting : .filtered
        case .failed: .failed
        case .skipped: .skipped
        case .filtered: .filtered
        case .broken, .deleted: .deleted
        }
    }
}
