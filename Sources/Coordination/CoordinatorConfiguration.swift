// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka
public import SyncModel

/// Everything the coordinator is told, as values.
public struct CoordinatorConfiguration: Sendable {
    /// The table mappings that workers run under the settings.
    public var mappings: [TableMapping]
    /// librdkafka properties.
    public var kafka: KafkaConfiguration
    /// Stands before topic names and consumer groups.
    public var topicPrefix: String
    /// Records of lag above which what depends on a worker closes.
    public var gateHigh: Int64 = 5_000
    /// Records of lag down to which what depends on a worker opens.
    public var gateLow: Int64 = 500
    /// Names this coordinator on `sync.status`.
    public var instance = "a"
    /// How often lag is asked for, in milliseconds.
    public var pollIntervalMs: Int64 = 1_000
    /// How often it is asked for while a gate is closed or a backlog is above the low mark, in milliseconds.
    ///
    /// Workers take thousands of records a second: what a gate does late has filled waiting rooms, or stood still, meanwhile.
    public var motionIntervalMs: Int64 = 250
    /// How long a record waits before it is reported as stuck, in milliseconds.
    public var stuckAfterMs: Int64 = 900_000

    /// Makes a configuration with the defaults.
    public init(mappings: [TableMapping], kafka: KafkaConfiguration, topicPrefix: String = "") {
        self.mappings = mappings
        self.kafka = kafka
        self.topicPrefix = topicPrefix
    }

    /// The group whose one assigned member is the active coordinator.
    public var group: String { "\(topicPrefix)coordinator" }

    /// The properties of the group's member.
    ///
    /// Sticky, so that a coordinator that joins leaves the healthy one active, and stands by.
    var member: KafkaConfiguration {
        var member = kafka
        member.properties["partition.assignment.strategy"] = "cooperative-sticky"
        return member
    }

    private var syncTopics: SyncTopics { SyncTopics(prefix: topicPrefix) }
    var controlTopic: String { syncTopics.control }
    var statusTopic: String { syncTopics.status }

    /// Where a worker's couplings lie.
    func couplingsTopic(of worker: String) -> String { syncTopics.couplings(of: worker) }

    /// A worker's consumer group.
    func group(of worker: String) -> String { topicPrefix + worker }

    /// What a worker's group reads: the change topics that feed its mappings, and its inbox.
    func topics(of worker: String) -> [String] { mappings.topics(of: worker).map { topicPrefix + $0 } }
}
