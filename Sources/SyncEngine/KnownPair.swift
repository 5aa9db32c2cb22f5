// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What the indexes, and those who wait for a pair, know of its stored record: kept while the record is changed.
struct KnownPair {
    let revision: Int64
    let state: Coupling.State
    let exists: Bool
    let key: String?
    let facts: [String: String]
    /// By its owner's id and its own code.
    let ownerKey: String?
    /// Keys of rows that it wants or leaves.
    let claims: [String]
    let isWaiting: Bool
    let waitsFor: [Waiting.Reference]
    /// What it follows; nil: nothing.
    let follows: [Waiting.Reference]?
    /// What others follow of it.
    let followed: FollowedValues
    let updatedAt: Int64
    /// The agreed `statecode`.
    let status: String?
    /// When a refused delete is tried again.
    let deleteIsDueAt: Int64?

    /// The records at whose change the pair is judged anew.
    var lookedAt: [Waiting.Reference] { follows.map { $0 + waitsFor } ?? waitsFor }
}

extension Coupling {
    /// What is known of the pair when it is stored like this.
    var known: KnownPair {
        KnownPair(
            revision: revision,
            state: state,
            exists: exists,
            key: bc.key,
            facts: bc.facts,
            ownerKey: bc.facts[OwnerKey.fact],
            claims: RowClaim.keys(of: bc.facts),
            isWaiting: waiting != nil,
            waitsFor: waiting?.waitsFor ?? [],
            follows: follows?.waitsFor,
            followed: FollowedValues(self),
            updatedAt: updatedAt,
            status: base["statecode"],
            deleteIsDueAt: deleteIsDueAt
        )
    }
}
