// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import YAML

/// Every topic of this project, as `Topics/asyncapi.yaml` defines it.
///
/// Nothing else names partitions or settings of a topic: who creates topics and who checks them both ask here.
public struct TopicCatalog: Sendable {
    /// The topics in the order of the file.
    public let topics: [TopicDefinition]

    private let positions: [String: Int]

    /// Makes a catalog of topics whose names differ; of two with the same name, the last is found by name.
    init(topics: [TopicDefinition]) {
        self.topics = topics
        var positions: [String: Int] = [:]
        for (position, topic) in topics.enumerated() { positions[topic.name] = position }
        self.positions = positions
    }

    /// Reads the catalog that is built into the executable.
    ///
    /// - Returns: all topics, without prefix.
    /// - Throws: where the file lacks something, or that the resource folder is not beside the executable.
    public static func bundled() throws(YAMLError) -> TopicCatalog {
        let folder = Bundle.module.resourceURL ?? Bundle.module.bundleURL
        let url = folder.appendingPathComponent("Topics/asyncapi.yaml")
        return try TopicCatalog(definition: YAML.parseFile(url.path), file: "Topics/asyncapi.yaml")
    }

    /// The topic with a name; nil when there is none.
    ///
    /// - Parameter name: the name, with the prefix where the catalog has one.
    public subscript(_ name: String) -> TopicDefinition? {
        positions[name].map { topics[$0] }
    }

    /// The same topics with a text before each name.
    ///
    /// - Parameter prefix: what `SYNC_TOPIC_PREFIX` says; it stands verbatim before every name.
    /// - Returns: a catalog whose names, also those to look up, have the prefix.
    public func prefixed(_ prefix: String) -> TopicCatalog {
        guard !prefix.isEmpty else { return self }
        return TopicCatalog(
            topics: topics.map {
                TopicDefinition(
                    name: prefix + $0.name,
                    partitions: $0.partitions,
                    configuration: $0.configuration,
                    summary: $0.summary
                )
            }
        )
    }
}
