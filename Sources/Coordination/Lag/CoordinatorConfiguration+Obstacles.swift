// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// What keeps workers from reading and going on.
extension CoordinatorConfiguration {
    /// The topics of a worker that are held back, each with what holds it; its inbox always flows.
    ///
    /// `gates` are those told last, by worker, `holds` the operators', by mapping.
    func heldTopics(of worker: String, gates: [String: Gate], holds: [String: Hold]) -> [String: String] {
        let held = obstacles(gates: Array(gates.values), holds: Array(holds.values)).heldTopics(of: worker)
        return Dictionary(uniqueKeysWithValues: held.map { (topicPrefix + $0.key, $0.value) })
    }

    /// The change topics whose events a mapping takes.
    func topics(feeding mapping: TableMapping) -> [String] {
        [mapping].changeTopics.map { topicPrefix + $0 }
    }

    fileprivate func obstacles(gates: [Gate], holds: [Hold]) -> Obstacles {
        var obstacles = Obstacles(mappings: mappings)
        for gate in gates where !gate.isOpen { obstacles.closedGates[gate.worker] = gate.reason ?? "" }
        for hold in holds { obstacles.holds[hold.mapping] = hold.reason ?? "" }
        return obstacles
    }
}

extension CoordinatorSnapshot {
    /// What keeps workers from going on, as far as is known.
    func obstacles(_ configuration: CoordinatorConfiguration) -> Obstacles {
        var obstacles = configuration.obstacles(gates: gates, holds: holds)
        for judged in verdicts where judged.verdict == .stopped {
            obstacles.stopped[judged.worker] = judged.reason ?? ""
        }
        return obstacles
    }
}
