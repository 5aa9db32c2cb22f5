// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// What holding a mapping stops besides its own records.
struct HoldReach: Equatable {
    /// The entities whose change topics the mapping's worker no longer reads.
    let entities: [String]
    /// Other mappings of that worker that are fed by one of these topics, and so are held with it.
    let alsoHeld: [String]
    /// Mappings whose new records wait when they refer to a record that does not come, near ones first.
    let dependents: [String]

    /// Finds out for a mapping that runs.
    ///
    /// - Parameters:
    ///   - name: the mapping.
    ///   - active: the mappings that run.
    init(of name: String, among active: [TableMapping]) {
        let graph = ReferenceGraph(mappings: active)
        let own = active.filter { $0.name == name }
        let entities = own.flatMap(\.sourceEntities)
        let workers = Set(own.compactMap(\.worker))
        alsoHeld = active.filter { other in
            other.name != name && other.worker.map(workers.contains) ?? false
                && other.sourceEntities.contains(where: entities.contains)
        }.map(\.name)
        var dependents: [String] = []
        var next = [name] + alsoHeld
        let held = next
        while !next.isEmpty {
            next = next.flatMap(graph.dependents).filter { !held.contains($0) && !dependents.contains($0) }
            for name in next where !dependents.contains(name) { dependents.append(name) }
        }
        self.entities = entities
        self.dependents = dependents
    }
}
