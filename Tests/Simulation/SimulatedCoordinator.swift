// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Coordination
import Kafka
import SimulatedKafka
import SyncEngine
import SyncModel
import Telemetry
import WorkerRuntime

/// The coordinator through its lives, of which the first ends where the plan says so.
final class SimulatedCoordinator {
    private(set) var process: SimulatedProcess?
    /// How often it was started.
    private(set) var lives = 0
    /// The calls of its first life, each with what it was about.
    private(set) var stages: [String] = []
    /// How it ended by itself.
    private(set) var failure: String?
    /// Gates that it closed and opened, in all lives.
    private(set) var closedGates: Set<String> = []
    private let plan: SimulationPlan.Coordination
    private let configuration: CoordinatorConfiguration
    private let cluster: SimulatedCluster
    private let log: Log
    private var coordinator: Coordinator?
    private var isRunning = false

    init(_ plan: SimulationPlan.Coordination, on cluster: SimulatedCluster, _ installed: Installed, log: Log) {
        self.plan = plan
        self.cluster = cluster
        self.log = log
        let mappings = installed.configurations.values.flatMap { $0.mappings.map(\.mapping) }
        var configuration = CoordinatorConfiguration(
            mappings: mappings.sorted { $0.name < $1.name },
            kafka: KafkaConfiguration(["session.timeout.ms": "6000"])
        )
        configuration.gateHigh = plan.gateHigh
        configuration.gateLow = 0
        self.configuration = configuration
    }

    var isDead: Bool { process?.isDead ?? true }

    /// Starts the next life.
    func start() {
        guard !isRunning else { return }
        lives += 1
        let process = cluster.makeProcess("coordinator#\(lives)")
        self.process = process
        let clock = cluster.clock
        run {
            let made = try Coordinator(
                configuration,
                log: log,
                metrics: Metrics(),
                health: Health(),
                clock: { clock.now },
                clients: SimulatedClients(process)
            )
            coordinator = made
            _ = try made.start { process.isDead }
        }
    }

    /// Lets it do one round.
    func step() {
        guard !isRunning else { return }
        run { try coordinator?.step() }
        for worker in coordinator?.view.closedGates ?? [] { closedGates.insert(worker) }
    }

    /// Called before each call of its clients; ends it where that is planned.
    func begin(_ operation: String, of process: SimulatedProcess) throws {
        guard process === self.process, lives == 1 else { return }
        let isActive = coordinator?.view.isActive ?? false
        let isClosed = !(coordinator?.view.closedGates.isEmpty ?? true)
        stages.append(
            "\(operation), \(isActive ? "active" : "not active"), \(isClosed ? "gates closed" : "gates open")"
        )
        guard plan.deathAtCall == process.calls else { return }
        process.kill()
        throw ProcessEnded()
    }

    private func run(_ body: () throws -> Void) {
        isRunning = true
        do {
            try body()
        } catch {
            if !isDead { failure = "the coordinator ended: \(error)" }
            process?.kill()
        }
        isRunning = false
        if isDead { coordinator = nil }
    }
}
