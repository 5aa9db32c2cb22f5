// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// What an operator names a pair by: its pair key, an id of either side, or its natural key.
struct PairQuery {
    /// The text as given.
    let text: String
    /// The mapping that was asked for, or that the pair key begins with; nil: any.
    let mapping: String?
    private let isID: Bool
    private let normalized: String

    /// Makes a query.
    ///
    /// - Parameters:
    ///   - text: a pair key, an id or a natural key.
    ///   - mapping: the only mapping to look in; nil: all.
    ///   - mappingNames: the names that a pair key may begin with.
    init(_ text: String, mapping: String?, mappingNames: [String]) {
        self.text = text
        self.mapping = mapping ?? mappingNames.first { text.hasPrefix("\($0)/") }
        isID = NamedUUID.isUUID(text)
        normalized = CouplingTable.normalized(text)
    }

    /// Whether a pair is meant.
    func matches(_ coupling: Coupling) -> Bool {
        matches(PairGlance(coupling, partition: 0))
    }

    /// Whether a pair is meant.
    func matches(_ pair: PairGlance) -> Bool {
        if pair.pairKey.description == text { return true }
        if let mapping, pair.pairKey.mapping != mapping { return false }
        if isID {
            let id = text.lowercased()
            return pair.id == id || pair.pairKey.id == id || pair.rowID == id
        }
        return pair.pairKey.id == text || pair.key.map { CouplingTable.normalized($0) == normalized } ?? false
    }
}
