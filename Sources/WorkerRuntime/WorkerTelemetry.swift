// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTelemetry
import SyncModel
public import Telemetry

/// What a worker tells about itself: log, metrics, readiness.
public final class WorkerTelemetry {
    /// The log.
    public let log: Log
    /// The metrics.
    public let metrics: Metrics
    /// The readiness with its reasons.
    public let health: Health
    let records: Counter
    let forwarded: Counter
    let deadLetters: Counter
    let clockDisagreements: Counter
    let transactions: Histogram.Series
    let events: Histogram.Series
    let lag = SecondsOfLag()
    let reach: BrokerReach
    let aborts: Counter
    let silentPartitions: Counter
    let gateOpen: Gauge
    let waitingRecords: Gauge
    let restoreSeconds: Gauge
    private let clientMeasures: ClientMeasures
    /// The headers of the record at hand, for its dead letter.
    var currentHeaders: (() -> [Header])?
    private let clock: @Sendable () -> Int64

    /// Registers the worker's metrics; `clock` tells the time in milliseconds since 1970.
    public init(worker: String, log: Log, metrics: Metrics, health: Health, clock: @escaping @Sendable () -> Int64) {
        self.log = log
        self.metrics = metrics
        self.health = health
        self.clock = clock
        reach = BrokerReach(health)
        records = metrics.counter(
            "sync_records_total",
            help: "Records taken, by table mapping and what became of them.",
            labels: ["mapping", "result"]
        )
        forwarded = metrics.counter(
            "sync_forwarded_total",
            help: "Events that arrived in another partition than their record's home and were sent there."
        )
        deadLetters = metrics.counter(
            "sync_dead_letters_total",
            help: "Events that could not be read, by error class.",
            labels: ["class"]
        )
        clockDisagreements = metrics.counter(
            "sync_clock_disagreements_total",
            help: "Events whose record time and event time order two versions differently."
        )
        transactions = metrics.histogram(
            "sync_transaction_seconds",
            help: "Time from the first record of a Kafka transaction to its commit, in seconds.",
            labels: []
        ).with()
        events = metrics.histogram(
            "sync_event_seconds",
            help: "Time from a record's source time to the commit of what it led to, in seconds.",
            buckets: WorkerTelemetry.eventBuckets
        ).with()
        metrics.gauge(
            "sync_lag_seconds",
            help: "How long ago the oldest unfinished record was made at its source, in seconds; 0 when idle.",
            labels: ["worker"]
        ) { [lag] in [(labels: [worker], value: lag.value(at: clock()))] }
        aborts = metrics.counter("sync_transaction_aborts_total", help: "Kafka transactions that were aborted.")
        silentPartitions = metrics.counter(
            "sync_silent_partitions_total",
            help: "Partitions that had records and gave none for half a minute, and were assigned anew."
        )
        gateOpen = metrics.gauge(
            "sync_gate_open",
            help: "1 while the worker's change topics are read, 0 while its gate is closed.",
            labels: ["worker"]
        )
        waitingRecords = metrics.gauge(
            "sync_waiting_records",
            help:
                "Records of this instance's partitions that wait, by table mapping and by the mapping of what they wait for.",
            labels: ["mapping", "reference"]
        )
        restoreSeconds = metrics.gauge(
            "sync_restore_seconds",
            help: "Time that the last assignment took to bring the local state up to date, in seconds."
        )
        clientMeasures = ClientMeasures(metrics)
        gateOpen.set(1, [worker])
        // There before the first one, or an alert on its increase would miss that.
        _ = deadLetters.with(ErrorClass.malformed.rawValue)
    }

    /// From what a worker takes alone to a day: records of a backlog or a snapshot are old when they are read.
    private static let eventBuckets: [Double] = [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400,
    ]

    /// Where librdkafka's log and statistics of a client go.
    func observer(of client: String) -> any KafkaObserver {
        ClientTelemetry(log, client: client, measures: clientMeasures)
    }

    /// The same of the client that reads the events.
    func eventsObserver() -> any KafkaObserver {
        ClientTelemetry(
            log,
            client: "events",
            measures: clientMeasures,
            onError: { [reach] in reach.note($0) },
            onFailedConnection: { [reach] in reach.noteFailedConnection() }
        )
    }

    /// The same of a producer of transactions, by its number.
    func transactionsObserver(_ number: Int) -> any KafkaObserver {
        ClientTelemetry(
            log,
            client: "transactions-\(number)",
            measures: clientMeasures,
            onFailedConnection: { [reach] in reach.noteFailedConnection() }
        )
    }

    /// The time in milliseconds since 1970.
    func now() -> Int64 { clock() }
}
