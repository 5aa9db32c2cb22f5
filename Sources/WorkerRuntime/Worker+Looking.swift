// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka
import SyncEngine
package import SyncModel

/// What a simulation compares with the changelogs.
extension Worker {
    /// Whether the local state holds this mapping's couplings.
    package func knows(mapping: String) -> Bool {
        configuration.mappings.contains { $0.mapping.name == mapping }
    }

    /// What it is at, in a line.
    package var situation: String {
        "\(assigned.count) assigned, \(engine.ownedPartitions.count) owned, restoring \(restoration != nil), "
            + "recovering \(needsRecovery), batch \(batch.map { "of \($0.events)" } ?? "none"), "
            + "\(engine.pendingReleases) to release, \(stopped.count) stopped"
    }

    /// The partitions that it works on, while it has nothing left to do; else none.
    package var idlePartitions: Set<Int32> {
        guard batch == nil, !needsRecovery, engine.pendingReleases == 0 else { return [] }
        let isPostponing = (try? engine.hasPostponedDeletes()) ?? true
        return isPostponing ? [] : engine.ownedPartitions
    }

    /// Whether it has nothing to do by now; a delete that was refused is tried again later.
    package var isAtRest: Bool { batch == nil && !needsRecovery && restoration == nil && engine.pendingReleases == 0 }

    /// How far it has read the changelogs of others.
    package var changelogPositions: [TopicPartition: Int64] { tail.positions }

    /// A pair's coupling by the local state.
    package func localCoupling(_ pairKey: String) throws -> Coupling? {
        try engine.tables.load(pairKey)?.coupling
    }
}
