// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Spelling
import SyncModel
import TableMappings
import TopicCatalog

/// What operators name. A name that there is not is a wrong call: a filter by it would match nothing, as if all were well.
extension Installation {
    /// Refuses the name of a mapping that there is not.
    func check(mapping name: String) throws(CommandError) {
        if mappings.mappings.contains(where: { $0.name == name }) { return }
        throw CommandError.unknown(mapping: name, in: mappings)
    }

    /// The couplings topic of a mapping's worker, with prefix.
    ///
    /// - Throws: `CommandError` where there is no such mapping, or none that has couplings.
    func couplingsTopic(of mapping: String) throws(CommandError) -> String {
        try check(mapping: mapping)
        let workers = mappings.mappings.filter { $0.name == mapping }.compactMap(\.worker)
        guard let topic = couplingsTopics.first(where: { workers.contains($0.worker) })?.topic else {
            throw CommandError("no worker runs the mapping \(mapping), so it has no couplings", .no)
        }
        return topic
    }

    /// Refuses the name of a worker that there is not; one that the settings switch off is there.
    func check(worker name: String) throws(CommandError) {
        let known = Set(mappings.workers + couplingsTopics.map(\.worker)).sorted()
        if known.contains(name) { return }
        throw CommandError.unknown(
            "worker",
            name,
            among: known,
            otherwise: "those that there are: \(known.joined(separator: ", "))"
        )
    }

    /// The topic that workers read, with prefix, which an entity or a topic's name with or without prefix means.
    func inputTopic(_ name: String) throws(CommandError) -> String {
        let topics = topics.topics.map(\.name) + mappings.mappings.changeTopics.map { prefix + $0 }
        let known = topics.filter {
            syncTopics.member($0, of: .changes) != nil || syncTopics.member($0, of: .inbox) != nil
        }
        let candidates = [name, prefix + name, syncTopics.changes(of: name)]
        if let topic = candidates.first(where: known.contains) { return topic }
        throw CommandError.unknown(
            "topic that workers read",
            name,
            among: known.map(withoutPrefix),
            otherwise: "see 'syncctl topics list'"
        )
    }
}

extension CommandError {
    /// The error of a mapping's name that a catalog does not know.
    static func unknown(mapping name: String, in catalog: MappingCatalog) -> CommandError {
        unknown(
            "mapping",
            name,
            among: catalog.mappings.map(\.name),
            otherwise: "see 'syncctl mappings list'"
        )
    }

    /// The error of a name that there is not: with the one that was probably meant, or else where to look.
    fileprivate static func unknown(
        _ kind: String,
        _ name: String,
        among known: [String],
        otherwise advice: String
    ) -> CommandError {
        let hint = NearestName.find(name, among: known).map { "did you mean '\($0)'?" } ?? advice
        return CommandError("there is no \(kind) '\(name)'; \(hint)", .usage)
    }
}
