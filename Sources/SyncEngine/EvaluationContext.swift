// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What all evaluations of an engine share, made once.
final class EvaluationContext {
    let settings: EngineSettings
    let records: any RecordFinder
    /// The owner's inbox, without prefix.
    let inboxTopic: String
    /// How the target finds the local currency; nil: the settings do not name it.
    let localCurrency: TargetQuery?

    init(settings: EngineSettings, records: any RecordFinder) {
        self.settings = settings
        self.records = records
        inboxTopic = settings.inboxTopic
        localCurrency = settings.localCurrency.map {
            TargetQuery("transactioncurrencies", where: [.init("isocurrencycode", equals: $0)])
        }
    }
}

/// Where an evaluation finds the records that it refers to.
protocol RecordFinder: AnyObject {
    /// The record that a reference means; `columns` are the base columns whose values are wanted.
    func reference(_ mapping: String, company: String, key: String, byID: Bool, columns: [String]) throws
        -> ReferencedRecord?
    /// The pair keys of a document's lines.
    func lines(of document: String, mapping: String, company: String) throws -> [String]
    /// Whether a reference means the row with this id; false where in doubt.
    func isReference(
        _ lookup: ActiveLookup,
        in image: JSONValue,
        company: String,
        to row: UnsafeRawBufferPointer
    ) throws -> Bool
}
