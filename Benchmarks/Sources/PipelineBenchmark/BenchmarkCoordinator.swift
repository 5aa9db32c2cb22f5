// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport

/// A coordinator beside the worker that is measured.
struct BenchmarkCoordinator {
    let process: KillableProcess
    let client: EndpointClient

    /// Starts it and waits until its page answers; its gates never close, since not all workers run here.
    init(_ cluster: BenchmarkCluster) throws {
        let log = "\(cluster.directory)/coordinator.log"
        var settings = Contender.settings("coordinator", cluster)
        settings.merge([
            "SYNC_HTTP": "127.0.0.1:0", "SYNC_GATE_HIGH": "1000000000", "SYNC_GATE_LOW": "999999999",
        ]) { _, new in new }
        let process = try KillableProcess(
            "\(cluster.executables)/coordinator",
            [],
            environment: settings,
            log: URL(filePath: log)
        )
        self.process = process
        client = try waitUntil(within: .seconds(60), "the coordinator's page") { () -> EndpointClient? in
            guard process.isRunning else { throw BenchmarkFailure("the coordinator ended, see \(log)") }
            Thread.sleep(forTimeInterval: 0.1)
            return EndpointClient(log: log).flatMap { $0.ask("/") == nil ? nil : $0 }
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
