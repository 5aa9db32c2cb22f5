// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
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
    /// It was left out of its table filter after it had been coupled, or waits for something.
    public let isWaiting: Bool
    /// Rows made along with it, by role.
    public let related: [String: String]
    /// The base values asked for, by column.
    public let values: [String: String]
    /// Values of the source that others need.
    public let facts: [String: String]

    init(id: String, entitySet: String, exists: Bool, state: Coupling.State, isWaiting: Bool) {
        self.id = id
        self.entitySet = entitySet
        self.exists = exists
        self.state = state
        self.isWaiting = isWaiting
        related = [:]
        values = [:]
        facts = [:]
    }

    init?(_ json: JSONValue, columns: [String]) {
        guard let crm = json["crm"], let id = crm["id"]?.string, let entitySet = crm["entity"]?.string,
            let state = json["state"]?.string.flatMap(Coupling.State.init(rawValue:))
        else { return nil }
        self.id = id
        self.entitySet = entitySet
        self.state = state
        exists = json["exists"]?.bool ?? false
        isWaiting = json["waiting"].map { !$0.isNull } ?? false
        var related: [String: String] = [:]
        if let rows = crm["related"], rows.kind == .object, rows.count > 0 {
            for (role, row) in rows.members { related[role] = row["recordId"]?.string }
        }
        self.related = related
        var values: [String: String] = [:]
        if !columns.isEmpty, let base = json["base"] {
            for column in columns { values[column] = base[column]?.string }
        }
        self.values = values
        var facts: [String: String] = [:]
        if let found = json["bc"]?["facts"], found.kind == .object {
            for (name, value) in found.members { facts[name] = value.string }
        }
        self.facts = facts
    }

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
