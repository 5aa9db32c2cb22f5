// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Which topics a worker does not read at present, and what keeps it from it.
extension CoordinatorConfiguration {
    /// The topics of a worker that are held back, each with what holds it; its inbox always flows.
    ///
    /// - Parameters:
    ///   - worker: the worker.
    ///   - gates: the gates told last, by worker.
    ///   - holds: the operators' holds, by mapping.
    /// - Returns: by topic, in words, what holds it back.
    func heldTopics(of worker: String, gates: [String: Gate], holds: [String: Hold]) -> [String: String] {
        var held: [String: String] = [:]
        for mapping in mappings where mapping.worker == worker {
            guard let hold = holds[mapping.name] else { continue }
            let reason = hold.reason.map { ": \($0)" } ?? ""
            for topic in topics(feeding: mapping) where held[topic] == nil {
                held[topic] = "held back by the hold of \(mapping.name)\(reason)"
            }
        }
        if let gate = gates[worker], !gate.isOpen {
            let reason = gate.reason.map { ": \($0)" } ?? ""
            for mapping in mappings where mapping.worker == worker {
                for topic in topics(feeding: mapping) where held[topic] == nil {
                    held[topic] = "held back by its closed gate\(reason)"
                }
            }
        }
        return held
    }

    /// The change topics whose events a mapping takes.
    func topics(feeding mapping: TableMapping) -> [String] {
        let table = mapping.businessCentral
        return (table.entities + [table.embeddedIn?.entity].compactMap(\.self)).map { "\(topicPrefix)bc.changes.\($0)" }
    }
}
