// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import SyncModel

/// What operators ask of a pair: a coupling without its values and images, so that all of them fit into memory.
package struct PairGlance: Sendable, Hashable {
    package var pairKey: PairKey
    package var state: Coupling.State
    package var exists: Bool
    /// The natural key by which others refer to it; nil: only by its id.
    package var key: String?
    /// The Business Central record's id.
    package var id: String
    /// The Dataverse row's id.
    package var rowID: String
    /// A change was sent whose result is not known.
    package var isInFlight: Bool
    /// Failures in a row that count towards the error limit.
    package var failures: Int
    /// How often in a row it was tried in vain, whatever the error.
    package var tries: Int
    package var error: RecordError?
    /// When the waiting began, in milliseconds since 1970; nil: nothing waits.
    package var waitsSince: Int64?
    package var waitsFor: [Waiting.Reference]
    /// The change went out without these references.
    package var isDeferred: Bool
    /// When it was last written, in milliseconds since 1970.
    package var updatedAt: Int64
    /// The home partition.
    package var partition: Int32

    /// Looks at a coupling record.
    package init(_ coupling: Coupling, partition: Int32) {
        pairKey = coupling.pairKey
        state = coupling.state
        exists = coupling.exists
        key = coupling.bc.key
        id = coupling.bc.id
        rowID = coupling.crm.id
        isInFlight = coupling.inFlight != nil
        failures = coupling.failures
        tries = coupling.tries
        error = coupling.error
        waitsSince = coupling.waiting?.since
        waitsFor = coupling.waiting?.waitsFor ?? []
        isDeferred = coupling.waiting?.isDeferred ?? false
        updatedAt = coupling.updatedAt
        self.partition = partition
    }

    /// What operators know it by.
    package var name: String { key ?? id }
    /// Waits for other records or for a result; failed and skipped ones wait for a command instead.
    package var isWaiting: Bool { waitsSince != nil && !hasFailed }
    /// Failed or skipped.
    package var hasFailed: Bool { state == .failed || state == .skipped }
}
