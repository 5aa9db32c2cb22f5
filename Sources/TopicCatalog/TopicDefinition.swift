// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One topic as it has to be on a cluster.
public struct TopicDefinition: Sendable, Hashable {
    /// The topic's name, with the prefix where one was asked for.
    public let name: String
    /// How many partitions the topic has, at least 1.
    public let partitions: Int32
    /// The broker's settings that differ from its defaults, by Kafka's name, as Kafka writes the values.
    public let configuration: [String: String]
    /// What the topic carries, in one line.
    public let summary: String

    /// The settings in the order of their names, for output that is the same each time.
    public var sortedConfiguration: [(name: String, value: String)] {
        configuration.map { (name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    /// Makes a definition.
    public init(name: String, partitions: Int32, configuration: [String: String], summary: String) {
        self.name = name
        self.partitions = partitions
        self.configuration = configuration
        self.summary = summary
    }
}
