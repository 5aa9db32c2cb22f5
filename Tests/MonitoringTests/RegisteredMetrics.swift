// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import KafkaTelemetry
import SyncModel
import TableMappings
import Telemetry

@testable import Coordination
@testable import WorkerRuntime

/// The metrics that the processes register, made as they make them, without a Kafka.
struct RegisteredMetrics {
    let metrics = Metrics()
    private let health = Health()

    /// Those of a worker.
    static func worker(_ name: String = "unit-worker") -> (RegisteredMetrics, WorkerTelemetry) {
        let made = RegisteredMetrics()
        let log = Log(level: .error)
        let telemetry = WorkerTelemetry(worker: name, log: log, metrics: made.metrics, health: made.health) { 0 }
        made.metrics.addStateMetrics(directory: "/")
        made.addStandardRoutes()
        return (made, telemetry)
    }

    /// Those of a coordinator.
    static func coordinator(_ mappings: [String] = []) -> RegisteredMetrics {
        let made = RegisteredMetrics()
        _ = CoordinatorTelemetry(
            log: Log(level: .error),
            metrics: made.metrics,
            health: made.health,
            view: CoordinatorView(),
            mappings: mappings
        )
        made.addStandardRoutes()
        return made
    }

    private func addStandardRoutes() {
        HTTPServer(address: "127.0.0.1:0", log: Log(level: .error)).addStandardRoutes(health: health, metrics: metrics)
    }

    /// The metrics as Prometheus reads them.
    var text: String { String(decoding: metrics.render(), as: UTF8.self) }

    /// Names with their kinds.
    var kinds: [String: String] {
        var kinds: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            kinds[String(words[2])] = String(words[3])
        }
        return kinds
    }

    /// How many series there are at this moment.
    var seriesCount: Int { text.split(separator: "\n").count { !$0.hasPrefix("#") } }
}
