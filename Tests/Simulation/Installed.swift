// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SyncEngine
import SyncModel
import SyncTestSupport
import TableMappings
import TopicCatalog
import WorkerRuntime

/// What every run needs and none changes: the demo company, the topics, the workers' configurations.
struct Installed: Sendable {
    static let workers = Fleet.workers

    /// Read once.
    static let shared = Result { try Installed() }

    let company: Company
    let topics: TopicCatalog
    let configurations: [String: WorkerConfiguration]

    private init() throws {
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        company = try Company(directory: "\(project)/Examples/contoso")
        topics = try TopicCatalog.bundled()
        let conditions = TableMapping.Condition.holding(
            unitGroupMapping: true,
            pricing: "price-lists",
            salesOrders: "off",
            ownership: "team"
        )
        var engine = EngineSettings(worker: "", conditions: conditions)
        engine.isConfirmed = true
        engine.deletionPolicy = .deleteOther
        engine.company = SourceHistory.company
        engine.localCurrency = "GBP"
        // A run is long in simulated failures; what fails is tried for ever.
        engine.errorLimit = 1_000
        let options = WorkerOptions(
            catalog: try MappingCatalog.load(overrides: nil),
            engine: engine,
            kafka: KafkaConfiguration(["bootstrap.servers": "simulated"]),
            stateDirectory: ""
        )
        configurations = Dictionary(
            uniqueKeysWithValues: Self.workers.map { ($0, WorkerConfiguration(worker: $0, options)) }
        )
    }
}
