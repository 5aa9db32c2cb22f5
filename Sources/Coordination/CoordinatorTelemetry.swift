// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel
import Telemetry

/// What the coordinator tells about itself: log, metrics, readiness.
final class CoordinatorTelemetry {
    let log: Log
    private let health: Health
    private let gateOpen: Gauge
    private let active: Gauge
    private let takeovers: Counter
    private let flips: Counter
    /// Troubles that were logged and last, so that each is logged once.
    private var troubles: [String: String] = [:]

    /// Registers the coordinator's metrics; `mappings` are those that workers run.
    init(log: Log, metrics: Metrics, health: Health, view: CoordinatorView, mappings: [String]) {
        self.log = log
        self.health = health
        gateOpen = metrics.gauge(
            "sync_gate_open",
            help: "1 while the worker's change topics are read, 0 while its gate is closed.",
            labels: ["worker"]
        )
        active = metrics.gauge(
            "sync_coordinator_active",
            help: "1 while this coordinator is the one that opens and closes gates."
        )
        takeovers = metrics.counter(
            "sync_coordinator_takeovers_total",
            help: "How often this coordinator became the active one."
        )
        flips = metrics.counter(
            "sync_gate_changes_total",
            help: "Gates opened and closed.",
            labels: ["worker", "change"]
        )
        metrics.gauge(
            "sync_worker_verdict",
            help: "1 for the verdict on how the worker keeps up over the last minute, 0 for the others.",
            labels: ["worker", "verdict"]
        ) {
            view.snapshot.verdicts.flatMap { judged in
                Verdict.allCases.map {
                    (labels: [judged.worker, $0.rawValue], value: $0 == judged.verdict ? 1 : 0)
                }
            }
        }
        Self.addRecordMetrics(metrics, view: view, mappings: mappings)
        metrics.gauge(
            "kafka_consumergroup_lag",
            help: "Records that a consumer group has still to read.",
            labels: ["consumergroup", "topic", "partition"]
        ) {
            view.snapshot.lag?.partitions.map {
                (labels: [$0.group, $0.topic, String($0.partition)], value: Double($0.lag))
            } ?? []
        }
    }

    private static func addRecordMetrics(_ metrics: Metrics, view: CoordinatorView, mappings: [String]) {
        metrics.gauge(
            "sync_failed_records",
            help: "Records that are failed or skipped, by table mapping.",
            labels: ["mapping"]
        ) {
            // While the couplings are read the numbers would grow as if records failed.
            guard let report = view.snapshot.stuck, report.isComplete else { return [] }
            // With zeros, so that the first one that fails is seen as growth.
            let counts = report.failed.merging(mappings.map { ($0, 0) }) { counted, _ in counted }
            return counts.map { (labels: [$0.key], value: Double($0.value)) }
        }
        metrics.gauge(
            "sync_stuck_records",
            help: "Records that wait longer than SYNC_STUCK_AFTER, by table mapping and root cause.",
            labels: ["mapping", "cause"]
        ) {
            view.snapshot.stuck?.stuck.map {
                (labels: [$0.key.mapping, $0.key.cause], value: Double($0.value))
            } ?? []
        }
    }

    /// Says why a part does not do its work, or with nil that it does; logs changes only.
    func set(trouble: String?, for part: String) {
        health.set(reason: trouble, for: part)
        guard troubles[part] != trouble else { return }
        troubles[part] = trouble
        if let trouble {
            log.warning("not ready", [("part", .string(part)), ("reason", .string(trouble))])
        } else {
            log.info("ready again", [("part", .string(part))])
        }
    }

    /// Says where the start or the end has come to.
    func set(stage: String?) {
        health.set(reason: stage, for: "coordinator")
    }

    /// Tells of a gate that was told to the workers.
    func told(_ gate: Gate, isFlip: Bool) {
        gateOpen.set(gate.isOpen ? 1 : 0, [gate.worker])
        guard isFlip else { return }
        flips.add(1, [gate.worker, gate.isOpen ? "open" : "close"])
        let fields: [(String, LogValue)] = [("worker", .string(gate.worker)), ("reason", .string(gate.reason ?? ""))]
        if gate.isOpen { log.info("gate opened", fields) } else { log.info("gate closed", fields) }
    }

    /// Shows the gates as they are.
    func show(_ gates: [String: Gate], workers: [String]) {
        for worker in workers { gateOpen.set(gates[worker]?.isOpen ?? true ? 1 : 0, [worker]) }
    }

    /// Counts that this coordinator became the active one.
    func tookOver() {
        takeovers.add()
    }

    /// Says whether this coordinator decides.
    func set(isActive: Bool) {
        active.set(isActive ? 1 : 0)
    }
}
