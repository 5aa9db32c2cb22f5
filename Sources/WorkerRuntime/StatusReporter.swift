// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncEngine
import SyncModel
import Telemetry

/// Tells `sync.status` every few seconds that the instance lives and what it counts.
final class StatusReporter {
    private let configuration: WorkerConfiguration
    private let instance: String
    private let telemetry: WorkerTelemetry
    private let producer: any ProducerClient
    private var writer = JSONWriter()
    private var last: Int64 = 0
    /// The labels that the waiting metric has a value for.
    private var toldReferences: Set<[String]> = []
    /// Where the process serves its endpoints, once known.
    var url = ""

    init(
        _ configuration: WorkerConfiguration,
        _ clients: any KafkaClients,
        instance: String,
        telemetry: WorkerTelemetry
    ) throws {
        self.configuration = configuration
        self.instance = instance
        self.telemetry = telemetry
        producer = try clients.makeProducer(configuration.kafka, observer: telemetry.observer(of: "status"))
    }

    func reportIfDue(at now: Int64, worker: Worker) {
        worker.unread.take(ended: { worker.unfinished.reachedEnd(of: $0) })
        guard now - last >= Heartbeat.intervalMs else { return }
        last = now
        do {
            try report(at: now, worker: worker)
        } catch {
            telemetry.log.warning("status is not told", [("error", .string("\(error)"))])
        }
        producer.poll(timeoutMs: 0)
    }

    private func report(at now: Int64, worker: Worker) throws {
        writer.removeAll()
        writer.beginObject()
        for (name, text) in [
            ("type", "heartbeat"), ("worker", configuration.worker), ("instance", instance),
            ("state", worker.restoration == nil ? "running" : "restoring"),
            ("at", SyncModel.Timestamp.text(milliseconds: now)),
        ] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("partitions")
        writer.beginArray()
        for partition in worker.engine.ownedPartitions.sorted() { writer.integer(Int64(partition)) }
        writer.endArray()
        writer.key("gateOpen")
        writer.bool(worker.control.isOpen)
        try writeCounts(worker)
        try writeLag(worker, at: now)
        writer.key("http")
        writer.string(url)
        writer.endObject()
        try producer.produce(
            topic: configuration.syncTopics.status,
            partition: nil,
            key: Array(Heartbeat.key(of: configuration.worker, instance).utf8),
            value: writer.bytes
        )
    }

    private func writeCounts(_ worker: Worker) throws {
        writer.key("records")
        writer.beginObject()
        for active in configuration.mappings {
            writer.key(active.mapping.name)
            writer.beginObject()
            for result in RecordResult.allCases {
                let count = telemetry.records.with(active.mapping.name, result.rawValue).value
                guard count > 0 else { continue }
                writer.key(result.rawValue)
                writer.integer(Int64(count))
            }
            writer.endObject()
        }
        writer.endObject()
        let census = try worker.engine.waitingCensus()
        for (name, counts) in [("waiting", census.waiting), ("failed", census.failed)] {
            writer.key(name)
            writer.beginObject()
            for (mapping, count) in counts.sorted(by: { $0.key < $1.key }) {
                writer.key(mapping)
                writer.integer(Int64(count))
            }
            writer.endObject()
        }
        writer.key("countsAreCapped")
        writer.bool(census.isCapped)
        worker.unfinished.oldestWaiting = census.oldest
        for labels in toldReferences where census.references[labels] == nil { telemetry.waitingRecords.set(0, labels) }
        for (labels, count) in census.references { telemetry.waitingRecords.set(Double(count), labels) }
        toldReferences = Set(census.references.keys)
    }

    /// Asks about partitions that are not read, and tells the lag as it is known now.
    private func writeLag(_ worker: Worker, at now: Int64) throws {
        let paused = worker.paused.map { Array($0) } ?? worker.assigned
        let positions = paused.map { ($0, worker.committed[$0] ?? Consumer.beginning) }
        try worker.unread.look(at: Dictionary(uniqueKeysWithValues: positions))
        worker.showLag()
        writer.key("lagSeconds")
        writer.integer(Int64(telemetry.lag.value(at: now)))
    }

    /// Takes the heartbeat back, so that nobody takes an instance that was stopped for a living or a silent one.
    func close() {
        do {
            try producer.produce(
                topic: configuration.syncTopics.status,
                partition: nil,
                key: Array(Heartbeat.key(of: configuration.worker, instance).utf8),
                value: nil
            )
            try producer.flush(timeoutMs: 2_000)
        } catch {
            telemetry.log.info("the last heartbeat is not taken back", [("error", .string("\(error)"))])
        }
        producer.close()
    }
}
