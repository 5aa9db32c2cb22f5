// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import EntityRules
public import Kafka
public import SyncEngine
import SyncModel
public import TableMappings

/// What all workers of an installation share, from which each one's configuration is made.
public struct WorkerOptions: Sendable {
    /// How long a batch collects where nothing else is said, in milliseconds.
    public static let commitIntervalMs: Int64 = 25
    /// How many events it collects where nothing else is said.
    public static let batchMax = 4_000

    /// The table mappings.
    public var catalog: MappingCatalog
    /// What the engine is told; `worker` is filled in for each.
    public var engine: EngineSettings
    /// librdkafka properties.
    public var kafka: KafkaConfiguration
    /// Stands before topic names, groups and transactional ids.
    public var topicPrefix = ""
    /// The state directory.
    public var stateDirectory: String
    /// Gives the transactional ids; nil: made once and kept in the state directory.
    public var instance: String?
    /// A batch commits after this time, in milliseconds.
    public var commitIntervalMs = Self.commitIntervalMs
    /// A batch commits after so many events.
    public var batchMax = Self.batchMax
    /// For the embedded broker, which forgets offsets committed in transactions.
    public var commitsPlainly = false

    /// Makes options with the defaults.
    public init(catalog: MappingCatalog, engine: EngineSettings, kafka: KafkaConfiguration, stateDirectory: String) {
        self.catalog = catalog
        self.engine = engine
        self.kafka = kafka
        self.stateDirectory = stateDirectory
    }
}

extension WorkerConfiguration {
    /// The configuration of one worker: its mappings under the settings, and whose couplings they refer to.
    public init(worker: String, _ options: WorkerOptions) {
        var engine = options.engine
        engine.worker = worker
        let active = options.catalog.active(conditions: engine.conditions)
        engine.activeMappings = Set(active.map(\.name))
        let own = active.filter { $0.worker == worker }
        let graph = options.catalog.graph(conditions: engine.conditions)
        var owners = [worker]
        for mapping in own {
            for name in graph.dependencies(of: mapping.name) {
                guard let owner = active.first(where: { $0.name == name })?.worker, !owners.contains(owner) else {
                    continue
                }
                owners.append(owner)
            }
        }
        self.init(
            worker: worker,
            engine: engine,
            mappings: own.map {
                ActiveMapping($0, rule: EntityRuleCatalog.rule(for: $0.name), conditions: engine.conditions)
            },
            referencedWorkers: owners,
            kafka: options.kafka,
            topicPrefix: options.topicPrefix,
            stateDirectory: options.stateDirectory,
            instance: options.instance
        )
        commitIntervalMs = options.commitIntervalMs
        batchMax = options.batchMax
        commitsPlainly = options.commitsPlainly
    }
}
