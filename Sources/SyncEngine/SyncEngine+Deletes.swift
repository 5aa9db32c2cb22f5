// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Deletes that the target refuses while other rows refer to the row.
///
/// Events of records that refer to each other come in any order, so a unit group's delete may come before those of its
/// units. Only the target knows all that refers to a row, also what its users made; so it is asked again.
extension SyncEngine {
    /// Keeps a refused delete until it is tried again; nobody may refer to the row meanwhile.
    func postponeDelete(_ coupling: inout Coupling, _ error: RecordError) {
        coupling.failures += 1
        coupling.tries += 1
        coupling.error = error
        if coupling.state != .skipped { coupling.state = .coupled }
        let own = Waiting.Reference(mapping: coupling.mapping, key: coupling.id, reason: .referenced)
        coupling.waiting?.waitsFor = [own]
        coupling.exists = false
    }

    /// Whether a refused delete is to be tried again by now.
    package func hasDueDeletes() throws -> Bool {
        try ownedPartitions.contains { try !tables.postponed(in: $0, before: now + 1, limit: 1).isEmpty }
    }

    /// Whether a refused delete waits to be tried again, whenever that is.
    public func hasPostponedDeletes() throws -> Bool {
        try ownedPartitions.contains { try !tables.postponed(in: $0, before: .max, limit: 1).isEmpty }
    }

    /// Puts refused deletes that are due up for release, at most `limit` for each partition.
    public func releaseDueDeletes(limit: Int) throws {
        for partition in ownedPartitions.sorted() {
            for pairKey in try tables.postponed(in: partition, before: now + 1, limit: limit) { enqueue(pairKey) }
        }
    }
}

extension Coupling {
    /// Its delete was refused, since rows of the target refer to its row.
    var isDeletePostponed: Bool {
        inFlight == nil && waiting?.wish == .delete && waiting?.waitsFor.first?.reason == .referenced
    }

    /// When a refused delete is tried again, in milliseconds since 1970; nil where there is none.
    ///
    /// A second after the first refusal, then twice as long each time, at most ten minutes.
    var deleteIsDueAt: Int64? {
        guard state != .skipped, isDeletePostponed else { return nil }
        return updatedAt + min(1_000 << Int64(min(max(failures, 1), 20) - 1), 600_000)
    }
}
