// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension TableMapping {
    /// The entities whose change topics feed the mapping: its own, and that of the documents which carry its records.
    public var sourceEntities: [String] {
        let table = businessCentral
        guard let document = table.embeddedIn?.entity, !table.entities.contains(document) else { return table.entities }
        return table.entities + [document]
    }
}

extension Sequence<TableMapping> {
    /// The change topics that feed the mappings, each once in the order of the mappings, without prefix.
    public var changeTopics: [String] {
        var entities: [String] = []
        for mapping in self {
            for entity in mapping.sourceEntities where !entities.contains(entity) { entities.append(entity) }
        }
        return entities.map(SyncTopics().changes)
    }

    /// What a worker's group reads: the change topics that feed its mappings, and its inbox; without prefix.
    public func topics(of worker: String) -> [String] {
        filter { $0.worker == worker }.changeTopics + [SyncTopics().inbox(of: worker)]
    }
}
