// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// What the engine is told by the settings.
public struct EngineSettings: Sendable {
    /// What happens to the other record when one side is deleted.
    public enum DeletionPolicy: String, Sendable, CaseIterable {
        /// Nothing is sent; the coupling is kept as broken.
        case keep
        /// Nothing is sent; the coupling is over.
        case removeCoupling = "remove-coupling"
        /// The other record is deleted too.
        case deleteOther = "delete-other"
    }

    /// What happens to records that are not coupled.
    public enum NewRecords: String, Sendable, CaseIterable {
        /// They are created on the other side.
        case create
        /// They are left alone, as is Business Central's default.
        case coupledOnly = "coupled-only"
    }

    /// The worker's name.
    public var worker: String
    /// The settings that hold.
    public var conditions: Set<TableMapping.Condition>
    /// The mappings that some worker runs, nil for all; a deferrable reference to another one is left out.
    public var activeMappings: Set<String>?
    /// A change counts as applied when its result says so, not when it is published.
    public var isConfirmed = false
    /// What happens to the other record when one side is deleted.
    public var deletionPolicy = DeletionPolicy.keep
    /// What happens to records that are not coupled.
    public var newRecords = NewRecords.create
    /// Failures in a row after which a record is skipped.
    public var errorLimit = 10
    /// The company of events that name none.
    public var company: String?
    /// Business Central's local currency code, which its records leave blank.
    public var localCurrency: String?
    /// The ISO code of the Dataverse organization's base currency; nil: the local currency.
    public var crmBaseCurrency: String?
    /// The Dataverse row of this company, written to the company column; nil: not written.
    public var crmCompanyID: String?
    /// The owning team of new rows; nil: not written.
    public var crmTeamID: String?

    /// Makes settings with the defaults.
    public init(worker: String, conditions: Set<TableMapping.Condition>) {
        self.worker = worker
        self.conditions = conditions
    }

    /// Whether a currency code means the local currency: it is blank, or its code, however it is spelled.
    public func isLocalCurrency(_ code: String) -> Bool {
        NaturalKey.normalized(code).isEmpty || NaturalKey.areSame(code, localCurrency)
    }

    /// The owner's inbox, without prefix.
    var inboxTopic: String { SyncTopics().inbox(of: worker) }
}
