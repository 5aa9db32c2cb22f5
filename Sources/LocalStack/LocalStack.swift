// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Coordination
public import Kafka
public import SyncEngine
import SyncModel
public import TableMappings
public import Telemetry
public import TopicCatalog
import WorkerRuntime

/// All workers and a target in one process, on an embedded broker: for the demo, tests and development.
public final class LocalStack {
    /// librdkafka properties that reach the stack's broker.
    public let kafka: KafkaConfiguration
    /// The topics of the stack.
    public let topics: TopicCatalog
    /// The table mappings.
    public let mappings: MappingCatalog
    /// The workers.
    public private(set) var workers: [WorkerThread] = []
    private let broker: EmbeddedBroker
    private let engine: EngineSettings
    private let directory: String
    private let log: Log
    private var delivery: DeliveryThread?
    private var coordinator: ServiceThread?

    /// Starts the broker and makes the topics; local state goes to `directory`.
    public init(engine: EngineSettings, directory: String, log: Log) throws {
        self.engine = engine
        self.directory = directory
        self.log = log
        topics = try TopicCatalog.bundled()
        mappings = try MappingCatalog.load(overrides: nil)
        broker = try EmbeddedBroker()
        for topic in topics.topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        kafka = KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers])
    }

    /// Starts coordinator and workers, and the target's delivery where one is given.
    ///
    /// From a lag of `gateHigh` on, what depends on it is held back, until it is below `gateLow`.
    public func start(target: DeliveryThread.Target?, gateHigh: Int64 = 5_000, gateLow: Int64 = 500) throws {
        try startCoordinator(gateHigh: gateHigh, gateLow: gateLow)
        for name in mappings.workers { startWorker(name) }
        guard let target else { return }
        delivery = DeliveryThread(
            kafka: kafka,
            topics: topics.topics.map(\.name).filter { SyncTopics().member($0, of: .outbound) != nil },
            group: "local-delivery",
            topicPrefix: "",
            log: log,
            target: target
        )
    }

    private func startCoordinator(gateHigh: Int64, gateLow: Int64) throws {
        var configuration = CoordinatorConfiguration(
            mappings: mappings.active(conditions: engine.conditions),
            kafka: kafka
        )
        configuration.gateHigh = gateHigh
        configuration.gateLow = gateLow
        let log = log
        coordinator = ServiceThread("coordinator", log: log) { [configuration] isStopping in
            let coordinator = try Coordinator(
                configuration,
                log: log,
                metrics: Metrics(),
                health: Health(),
                clock: Timestamp.now
            )
            try coordinator.run(isStopping: isStopping)
        }
    }

    /// Starts one worker.
    public func startWorker(_ name: String) {
        var options = WorkerOptions(
            catalog: mappings,
            engine: engine,
            kafka: kafka,
            stateDirectory: "\(directory)/\(name)"
        )
        options.commitsPlainly = true
        workers.append(WorkerThread(WorkerConfiguration(worker: name, options), log: log))
    }

    /// The partitions of the topics with these prefixes.
    public func partitions(of prefixes: [String]) -> [TopicPartition] {
        topics.topics.filter { topic in prefixes.contains { topic.name.hasPrefix($0) } }.flatMap { topic in
            (0..<topic.partitions).map { TopicPartition(topic.name, $0) }
        }
    }

    /// Why a worker ended by itself; nil while all run.
    public var failure: String? {
        if let failure = coordinator?.failure { return "coordinator: \(failure)" }
        return workers.lazy.compactMap { worker in worker.failure.map { "\(worker.name): \($0)" } }.first
    }

    /// Stops everything in the reverse order of its dependencies.
    public func stop() {
        for worker in workers.reversed() { worker.stop() }
        delivery?.stop()
        coordinator?.stop()
        broker.close()
    }
}
