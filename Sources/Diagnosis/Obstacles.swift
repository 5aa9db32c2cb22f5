// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import SyncModel

/// What keeps workers from reading and going on, as gates, holds and signs of life tell.
package struct Obstacles: Sendable, Equatable {
    /// The mappings that run.
    package var mappings: [TableMapping]
    /// Why a worker's gate is closed, by worker; an open gate is not here.
    package var closedGates: [String: String] = [:]
    /// Why a mapping is held, by mapping; empty where nobody said.
    package var holds: [String: String] = [:]
    /// The workers of which no instance runs, with what is known besides.
    package var stopped: [String: String] = [:]

    /// Makes them for mappings, with nothing in the way.
    package init(mappings: [TableMapping]) {
        self.mappings = mappings
    }

    /// The change topics of a worker that are held back, without prefix, each with what holds it.
    ///
    /// A hold holds every mapping that is fed by the same topic; the inbox always flows.
    package func heldTopics(of worker: String) -> [String: String] {
        heldByHolds(of: worker).merging(heldByGate(of: worker)) { hold, _ in hold }
    }

    /// What keeps a mapping's worker from going on with its records; nil where nothing does.
    package func obstacle(of mapping: String) -> Obstacle? {
        guard let found = mappings.first(where: { $0.name == mapping }), let worker = found.worker else { return nil }
        if let detail = stopped[worker] { return Obstacle(.workerStopped, worker: worker, detail: detail) }
        let topics = [found].changeTopics
        let held = heldByHolds(of: worker)
        if let reason = topics.compactMap({ held[$0] }).first { return Obstacle(.held, worker: worker, detail: reason) }
        let closed = heldByGate(of: worker)
        return topics.compactMap { closed[$0] }.first.map { Obstacle(.gateClosed, worker: worker, detail: $0) }
    }

    private func heldByHolds(of worker: String) -> [String: String] {
        var held: [String: String] = [:]
        for mapping in mappings where mapping.worker == worker {
            guard let reason = holds[mapping.name] else { continue }
            let words = "held back by the hold of \(mapping.name)\(reason.isEmpty ? "" : ": \(reason)")"
            for topic in [mapping].changeTopics where held[topic] == nil { held[topic] = words }
        }
        return held
    }

    private func heldByGate(of worker: String) -> [String: String] {
        guard let reason = closedGates[worker] else { return [:] }
        let words = "held back by its closed gate\(reason.isEmpty ? "" : ": \(reason)")"
        let topics = mappings.filter { $0.worker == worker }.changeTopics
        return Dictionary(uniqueKeysWithValues: topics.map { ($0, words) })
    }
}
