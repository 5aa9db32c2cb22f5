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
    let isWaiting: Bool
    let waitsFor: [Waiting.Reference]
    let updatedAt: Int64

    init(_ coupling: Coupling) {
        revision = coupling.revision
        state = coupling.state
        exists = coupling.exists
        key = coupling.bc.key
        facts = coupling.bc.facts
        isWaiting = coupling.waiting != nil
        waitsFor = coupling.waiting?.waitsFor ?? []
        updatedAt = coupling.updatedAt
    }
}
