// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// Which worker's records refer to which other worker's, directly or through others.
struct WorkerGraph: Sendable, Equatable {
    /// What of one worker another one needs.
    struct Dependency: Sendable, Equatable {
        let worker: String
        /// Its mappings that are referred to, in the catalog's order.
        let mappings: [String]
    }

    /// The workers, in the catalog's order.
    let workers: [String]
    private let dependenciesByWorker: [String: [Dependency]]

    /// Derives the graph from the references between mappings.
    ///
    /// Deferrable references do not count, since nothing waits for them. Two workers that need each other cannot wait for
    /// each other's backlog either: both would stay closed.
    init(graph: ReferenceGraph, owners: [(mapping: String, worker: String)]) {
        var workers: [String] = []
        for owner in owners where !workers.contains(owner.worker) { workers.append(owner.worker) }
        func mappings(of worker: String) -> [String] { owners.filter { $0.worker == worker }.map(\.mapping) }

        // Who is behind a worker when its gate closes, whichever of its mappings it is for.
        let closure = Self.closure(
            Dictionary(
                uniqueKeysWithValues: workers.map { worker in
                    let own = mappings(of: worker)
                    let targets = Set(own.flatMap { Self.references(of: $0, in: graph) })
                    return (worker, Set(workers.filter { !targets.isDisjoint(with: mappings(of: $0)) }))
                }
            )
        )
        var dependencies: [String: [Dependency]] = [:]
        for worker in workers {
            let required = Self.required(by: mappings(of: worker), in: graph)
            dependencies[worker] = workers.compactMap { other in
                let needed = mappings(of: other).filter(required.contains)
                let isMutual = closure[other, default: []].contains(worker)
                return other == worker || needed.isEmpty || isMutual ? nil : Dependency(worker: other, mappings: needed)
            }
        }
        self.workers = workers
        dependenciesByWorker = dependencies
    }

    /// Derives the graph of mappings that are all active.
    init(mappings: [TableMapping]) {
        self.init(
            graph: ReferenceGraph(mappings: mappings),
            owners: mappings.compactMap { mapping in mapping.worker.map { (mapping.name, $0) } }
        )
    }

    /// What a worker waits for, in the catalog's order; empty for a worker that the graph does not know.
    func dependencies(of worker: String) -> [Dependency] {
        dependenciesByWorker[worker, default: []]
    }

    /// The mappings that a mapping's records wait for.
    private static func references(of mapping: String, in graph: ReferenceGraph) -> [String] {
        graph.edges.filter { $0.from == mapping && !$0.isDeferrable && !$0.isSelf }.map(\.to)
    }

    /// The mappings that these refer to, and those that they refer to, and so on.
    private static func required(by mappings: [String], in graph: ReferenceGraph) -> Set<String> {
        var required: Set<String> = []
        var open = mappings
        while let mapping = open.popLast() {
            for target in references(of: mapping, in: graph) where required.insert(target).inserted {
                open.append(target)
            }
        }
        return required
    }

    /// What each worker leads to by any number of steps; itself where it leads back.
    private static func closure(_ steps: [String: Set<String>]) -> [String: Set<String>] {
        var closure: [String: Set<String>] = [:]
        for (worker, first) in steps {
            var reached: Set<String> = []
            // Steps within a worker say nothing about it and others.
            var open = Array(first.subtracting([worker]))
            while let next = open.popLast() {
                if reached.insert(next).inserted { open += steps[next, default: []] }
            }
            closure[worker] = reached
        }
        return closure
    }
}
