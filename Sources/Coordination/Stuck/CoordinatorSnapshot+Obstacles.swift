// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

extension CoordinatorSnapshot {
    /// What keeps a mapping's worker from going on with its records; nil where nothing does, as far as is known.
    func obstacle(of mapping: String, _ configuration: CoordinatorConfiguration) -> Obstacle? {
        guard let found = configuration.mappings.first(where: { $0.name == mapping }), let worker = found.worker else {
            return nil
        }
        if let judged = verdicts.first(where: { $0.worker == worker }), judged.verdict == .stopped {
            return Obstacle(.workerStopped, worker: worker, detail: judged.reason)
        }
        let gates = Dictionary(gates.map { ($0.worker, $0) }) { first, _ in first }
        let holds = Dictionary(holds.map { ($0.mapping, $0) }) { first, _ in first }
        let topics = configuration.topics(feeding: found)
        let held = configuration.heldTopics(of: worker, gates: [:], holds: holds)
        if let reason = topics.compactMap({ held[$0] }).first {
            return Obstacle(.held, worker: worker, detail: reason)
        }
        let closed = configuration.heldTopics(of: worker, gates: gates, holds: [:])
        return topics.compactMap { closed[$0] }.first.map { Obstacle(.gateClosed, worker: worker, detail: $0) }
    }
}
