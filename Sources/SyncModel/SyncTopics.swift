// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The names of an installation's topics.
public struct SyncTopics: Sendable, Hashable {
    /// Topics that share the beginning of their names.
    public enum Family: String, Sendable, CaseIterable {
        /// What changed in Business Central, by entity.
        case changes = "bc.changes."
        /// Changes for Dynamics 365 Sales, by entity set.
        case outbound = "crm.outbound."
        /// What a worker is told: results, commands, events that are forwarded to their home; by worker.
        case inbox = "sync.inbox."
        /// The couplings, by worker.
        case couplings = "sync.couplings."
    }

    /// Stands before every name.
    public let prefix: String

    /// The names behind a prefix, or as messages have them.
    public init(prefix: String = "") {
        self.prefix = prefix
    }

    /// Gates and holds.
    public var control: String { "\(prefix)sync.control" }
    /// Signs of life.
    public var status: String { "\(prefix)sync.status" }
    /// Events that cannot be read.
    public var deadLetters: String { "\(prefix)sync.dead-letters" }

    /// The changes of an entity of Business Central.
    public func changes(of entity: String) -> String { beginning(of: .changes) + entity }
    /// The changes for an entity set of Dynamics 365 Sales.
    public func outbound(of entitySet: String) -> String { beginning(of: .outbound) + entitySet }
    /// A worker's inbox.
    public func inbox(of worker: String) -> String { beginning(of: .inbox) + worker }
    /// A worker's couplings.
    public func couplings(of worker: String) -> String { beginning(of: .couplings) + worker }

    /// How the names of a family begin.
    public func beginning(of family: Family) -> String { prefix + family.rawValue }

    /// The entity, entity set or worker of a topic of a family; nil for one of another family.
    public func member(_ topic: String, of family: Family) -> String? {
        let beginning = beginning(of: family)
        return topic.hasPrefix(beginning) ? String(topic.dropFirst(beginning.count)) : nil
    }
}
