// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings
import TopicCatalog

/// Finds change topics by the names that operators use, and the tables behind them.
struct ChangeTopicNames {
    private let names: SyncTopics
    private let topics: TopicCatalog
    private let tables: [String: String]

    init(_ installation: Installation) {
        names = installation.syncTopics
        topics = installation.topics
        var tables: [String: String] = [:]
        for mapping in installation.mappings.mappings {
            let table = mapping.businessCentral
            // Of the mappings that an entity feeds, the one that it alone feeds names its table: items are no unit groups.
            for entity in table.entities where tables[entity] == nil || table.entities.count == 1 {
                tables[entity] = table.table
            }
        }
        self.tables = tables
    }

    /// The change topic, with prefix, that an entity or a topic's name with or without prefix means; nil: none.
    func topic(_ name: String) -> String? {
        [name, names.prefix + name, names.changes(of: name)].first { candidate in
            topics[candidate] != nil && names.member(candidate, of: .changes) != nil
        }
    }

    /// The table of the records in a topic; the entity's name where no mapping knows it.
    func table(_ topic: String) -> String {
        let entity = topic.split(separator: ".").last.map(String.init) ?? topic
        return tables[entity] ?? entity
    }
}
