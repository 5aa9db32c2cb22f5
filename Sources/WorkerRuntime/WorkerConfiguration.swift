// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka
import KafkaTelemetry
public import SyncEngine
import SyncModel

/// Everything a worker is told, as values.
public struct WorkerConfiguration: Sendable {
    /// The executable's name: also its consumer group, behind the prefix.
    public var worker: String
    /// What the engine is told.
    public var engine: EngineSettings
    /// The worker's mappings with their rules.
    public var mappings: [ActiveMapping]
    /// The workers that own the mappings which this one's refer to, itself included.
    public var referencedWorkers: [String]
    /// librdkafka properties.
    public var kafka: KafkaConfiguration
    /// Stands before topic names, group and transactional ids.
    public var topicPrefix: String
    /// Where local state lies.
    public var stateDirectory: String
    /// Gives the transactional ids; nil: made once and kept in the state directory.
    public var instance: String?
    /// A batch commits after this time, in milliseconds; one of a backlog may take longer.
    public var commitIntervalMs = WorkerOptions.commitIntervalMs
    /// A batch commits after so many events.
    public var batchMax = WorkerOptions.batchMax
    /// Room that every transaction of the local state finds, in bytes, at least 1 MiB.
    public var stateGrowthBytes = 64 << 20
    /// The embedded broker forgets offsets committed in transactions, so they are committed plainly as well.
    public var commitsPlainly = false

    /// Makes a configuration with the defaults.
    public init(
        worker: String,
        engine: EngineSettings,
        mappings: [ActiveMapping],
        referencedWorkers: [String],
        kafka: KafkaConfiguration,
        topicPrefix: String,
        stateDirectory: String,
        instance: String?
    ) {
        self.worker = worker
        self.engine = engine
        self.mappings = mappings
        self.referencedWorkers = referencedWorkers
        self.kafka = kafka
        self.topicPrefix = topicPrefix
        self.stateDirectory = stateDirectory
        self.instance = instance
    }

    /// Properties on which exactly-once rests; they cannot be chosen.
    public static let requiredProperties = [
        "auto.offset.reset": "error", "enable.partition.eof": "true", "isolation.level": "read_committed",
        "partition.assignment.strategy": "range",
    ]

    /// Properties that are the worker's own to choose, and from what.
    static let ownProperties = [
        "enable.auto.commit": "offsets are committed with their transactions",
        "enable.auto.offset.store": "offsets are committed with their transactions",
        "enable.idempotence": "exactly-once needs true",
        "group.id": "it is SYNC_TOPIC_PREFIX and the worker's name",
        "group.instance.id": "it is the worker's name and SYNC_INSTANCE",
        "message.max.bytes": "the topics take 8 MiB",
        "partitioner": "records lie where Java's default partitioner puts them",
        "transactional.id": "it is SYNC_TOPIC_PREFIX, the worker's name and SYNC_INSTANCE",
    ]

    /// What is wrong with properties that differ from the required ones, or are not to be given.
    static func forbidden(in properties: [String: String]) -> [(property: String, problem: String)] {
        let required = requiredProperties.sorted { $0.key < $1.key }.compactMap { name, required in
            properties[name].flatMap { given in
                given == required ? nil : (name, "\"\(given)\" is not possible; exactly-once needs \(required)")
            }
        }
        let own = ownProperties.sorted { $0.key < $1.key }.compactMap { name, reason in
            properties[name].map { (name, "\"\($0)\" is not possible; \(reason)") }
        }
        return required + own
    }

    /// With librdkafka's statistics told, every while that the operator chose or else ours.
    var withStatistics: WorkerConfiguration {
        var configuration = self
        let own = ["statistics.interval.ms": String(ClientTelemetry.intervalMs)]
        configuration.kafka.properties.merge(own) { given, _ in given }
        return configuration
    }

    /// The consumer group.
    public var group: String { topicPrefix + worker }
    /// The names of the topics, with prefix.
    var syncTopics: SyncTopics { SyncTopics(prefix: topicPrefix) }
    /// The worker's inbox.
    public var inboxTopic: String { syncTopics.inbox(of: worker) }
    /// The worker's changelog.
    public var couplingsTopic: String { syncTopics.couplings(of: worker) }
    /// The change topics of the entities that feed the worker's mappings.
    public var changeTopics: [String] { mappings.map(\.mapping).changeTopics.map { topicPrefix + $0 } }
    /// The couplings topics that are read whole.
    public var tailTopics: [String] { referencedWorkers.map(syncTopics.couplings) }
    /// The topic of gates and holds.
    public var controlTopic: String { syncTopics.control }
}
