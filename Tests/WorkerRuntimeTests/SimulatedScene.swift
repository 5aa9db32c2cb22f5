// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SimulatedKafka
import SyncEngine
import SyncModel
import TableMappings
import Telemetry
import TopicCatalog

@testable import WorkerRuntime

/// A simulated cluster with workers for currencies, whose course a test decides.
final class SimulatedScene {
    let cluster: SimulatedCluster
    private let directory: TemporaryDirectory
    private let catalog: MappingCatalog
    private var events = 0

    init(_ course: any SimulatedCourse) throws {
        cluster = SimulatedCluster(now: 1_775_000_000_000, course: course)
        directory = try TemporaryDirectory()
        catalog = try MappingCatalog.load(overrides: nil)
        for topic in try TopicCatalog.bundled().topics {
            cluster.makeTopic(topic.name, partitions: min(topic.partitions, 2))
        }
    }

    /// An instance that commits when it has three events, or when it has to.
    func start(_ instance: String) throws -> Worker {
        var engine = EngineSettings(worker: "", conditions: [.unitGroups, .priceLists])
        engine.localCurrency = "GBP"
        engine.company = WorkerStack.company
        let kafka = KafkaConfiguration(["bootstrap.servers": "simulated"])
        var options = WorkerOptions(
            catalog: catalog,
            engine: engine,
            kafka: kafka,
            stateDirectory: "\(directory.path)/\(instance)"
        )
        options.instance = instance
        options.batchMax = 3
        options.commitIntervalMs = .max / 2
        let clock = cluster.clock
        let worker = try Worker(
            WorkerConfiguration(worker: "reference-worker", options),
            log: Log(format: .logfmt, level: .error),
            metrics: Metrics(),
            health: Health(),
            clock: { clock.now },
            clients: SimulatedClients(cluster.makeProcess(instance)),
            isStopping: { false }
        )
        try worker.start(isStopping: { false })
        return worker
    }

    /// Sends events of new currencies to both partitions.
    func send(_ count: Int) {
        for _ in 0..<count {
            for partition: Int32 in 0..<2 {
                events += 1
                let id = "00000000-0000-0000-0000-\(String(100_000_000_000 + events))"
                guard Murmur2.partition(forKey: id, count: 2) == partition else { continue }
                let value =
                    #"{"op":"c","ts_ms":\#(cluster.now),"source":{"sequence":\#(events)},"#
                    + #""after":{"systemId":"\#(id)","code":"C\#(events)","displayName":"c","symbol":"c"}}"#
                _ = cluster.append(
                    "bc.changes.currencies",
                    partition: partition,
                    key: Array(id.utf8),
                    value: Array(value.utf8)
                )
            }
        }
    }
}
