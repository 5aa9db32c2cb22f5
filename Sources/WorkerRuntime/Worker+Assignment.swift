// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import StateStore
import SyncEngine
import SyncModel
import Telemetry

/// Bringing the local state up to date after an assignment.
struct Restoration {
    /// The positions of the changelogs that must be passed first.
    var ends: [TopicPartition: Int64]
    /// When it began.
    var startedAt: Int64
}

extension Worker {
    /// Called by the consumer inside its poll.
    func rebalanced(_ change: Consumer.Rebalance) {
        switch change {
        case .assigned(let partitions):
            assigned = partitions
            do {
                try beginAssignment()
            } catch {
                assignmentError = error
            }
        case .revoked:
            do {
                try commitBatch()
            } catch {
                telemetry.log.warning(
                    "the batch before a rebalance is not committed; it is read again",
                    [("error", .string("\(error)"))]
                )
                abandonBatch()
            }
            giveUpPartitions()
        case .lost:
            telemetry.log.warning("the assignment was lost; what was not committed is read again")
            abandonBatch()
            giveUpPartitions()
        }
    }

    private func giveUpPartitions() {
        assigned = []
        restoration = nil
        ends = [:]
        committed = [:]
        engine.ownedPartitions = []
        engine.clearReleases()
        telemetry.health.set(reason: "waiting for an assignment", for: "assignment")
    }

    /// Takes up an assignment: committed offsets first (which waits for pending transactions), then the changelogs' ends.
    ///
    /// Partitions stay paused until the changelogs are read past those ends.
    func beginAssignment() throws {
        engine.ownedPartitions = []
        engine.clearReleases()
        committed = [:]
        ends = [:]
        guard !assigned.isEmpty else {
            telemetry.health.set(reason: nil, for: "assignment")
            return
        }
        let found = try consumer.committed(assigned, timeoutMs: 60_000)
        var positions: [TopicPartition: Int64] = [:]
        for partition in assigned {
            if let offset = found[partition].flatMap({ $0 }) { committed[partition] = offset }
            // From the beginning only where nothing was ever committed.
            positions[partition] = committed[partition] ?? Consumer.beginning
        }
        try consumer.assign(positions)
        try consumer.pause(assigned)
        restoration = Restoration(ends: try tail.ends(), startedAt: clock())
        telemetry.health.set(reason: "reading the changelogs", for: "assignment")
    }

    /// Reads the changelogs on; when they are passed, the partitions are owned, swept for waiting records and resumed.
    func goOnRestoring() throws {
        guard let restoration else { return }
        if try tail.take(limit: 5_000, timeoutMs: 20, engine: engine, state: state) > 0 { try state.commit() }
        try stopIfStateIsForeign(restoration.ends)
        // Keeps the membership alive, and takes up a further rebalance.
        switch consumer.poll(timeoutMs: 0) {
        case .error(let error):
            try note(error)
        case .message:
            // No event comes from paused partitions; should one, the positions are taken up again, so it is not lost.
            return try beginAssignment()
        case .partitionEnd, nil:
            break
        }
        guard let current = self.restoration, tail.hasPassed(current.ends) else { return }
        try checkRetention()
        self.restoration = nil
        engine.ownedPartitions = Set(assigned.map(\.partition))
        for partition in engine.ownedPartitions.sorted() { try engine.sweep(partition: partition) }
        try obeyControl()
        let seconds = Double(clock() - current.startedAt) / 1_000
        telemetry.restoreSeconds.set(seconds)
        telemetry.health.set(reason: nil, for: "assignment")
        telemetry.log.info(
            "partitions taken up",
            [("kafka.partitions", .integer(Int64(engine.ownedPartitions.count))), ("seconds", .double(seconds))]
        )
    }

    /// A state that was read further than the changelog reaches belongs to another cluster, or the topic was made anew.
    private func stopIfStateIsForeign(_ ends: [TopicPartition: Int64]) throws {
        let ahead = tail.partitionsAhead(of: ends)
        guard let first = ahead.first else { return }
        // Our own later writes may be ahead of ends that were asked before them.
        guard (try tail.ends()[first] ?? 0) < (try state.position(topic: first.topic, partition: first.partition) ?? 0)
        else {
            return
        }
        telemetry.log.warning(
            "the local state is not of this changelog; it is read again",
            [("kafka.partition", .string("\(first)"))]
        )
        state.abort()
        try store.eraseAll()
        try tail.rewind(state)
        restoration = Restoration(ends: try tail.ends(), startedAt: clock())
    }

    /// A committed offset that retention has removed stops that partition and says how many events are missing.
    private func checkRetention() throws {
        stopped = []
        for partition in assigned {
            guard let offset = committed[partition] else { continue }
            let low = try consumer.watermarks(partition, timeoutMs: 20_000).low
            guard low > offset else {
                telemetry.health.set(reason: nil, for: "offset \(partition)")
                continue
            }
            stopped.insert(partition)
            let reason =
                "\(low - offset) events of \(partition) are gone: committed \(offset), the first that is left is \(low)"
            telemetry.health.set(reason: reason, for: "offset \(partition)")
            telemetry.log.error("events are missing; the partition stays stopped", [("reason", .string(reason))])
        }
    }

    /// Pauses and resumes change topics as the coordinator's gates and the operator's holds say; the inbox always flows.
    func obeyControl() throws {
        control.acknowledge()
        var paused: [TopicPartition] = []
        var open: [TopicPartition] = []
        for partition in assigned {
            let isHeld =
                partition.topic != configuration.inboxTopic && !control.isOpen(for: mappings(fedBy: partition.topic))
            if isHeld || stopped.contains(partition) { paused.append(partition) } else { open.append(partition) }
        }
        if !paused.isEmpty { try consumer.pause(paused) }
        if !open.isEmpty { try consumer.resume(open) }
        telemetry.gateOpen.set(control.isOpen ? 1 : 0, [configuration.worker])
    }

    private func mappings(fedBy topic: String) -> [String] {
        let entity = topic.split(separator: ".").last.map(String.init) ?? topic
        return configuration.mappings.filter {
            let table = $0.mapping.businessCentral
            return table.entities.contains(entity) || table.embeddedIn?.entity == entity
        }.map(\.mapping.name)
    }

    /// Drops the open batch: nothing of it becomes visible, and the local state falls back with it.
    func abandonBatch() {
        if let batch {
            telemetry.aborts.add()
            do {
                try batch.producer.abort(timeoutMs: 10_000)
            } catch {
                mustRebuildProducers = true
            }
        }
        batch = nil
        sink.producer = nil
        state.abort()
        do {
            try tail.rewind(state)
        } catch {
            assignmentError = error
        }
    }

    /// After an error: the batch is dropped, and producers that cannot be trusted any more will be made anew.
    func giveUpBatch(after error: KafkaError) throws {
        telemetry.log.warning(
            "transaction given up; its events are read again",
            [("error", .string(error.description))]
        )
        telemetry.health.set(reason: "recovering from \(error.name)", for: "transaction")
        if error.disposition == .fenced { try noteFence() }
        let wasCommitting = error.operation.contains("commit") || error.operation.contains("offsets")
        mustRebuildProducers = mustRebuildProducers || wasCommitting || error.disposition != .abortable
        abandonBatch()
        needsRecovery = true
    }

    /// Makes the producers anew where needed, and reads state and offsets again; tried until it succeeds.
    func recover() throws {
        // What is polled here is read again after the repositioning; the poll keeps the membership alive.
        _ = consumer.poll(timeoutMs: 100)
        if mustRebuildProducers {
            try producers.rebuild(timeoutMs: 15_000)
            mustRebuildProducers = false
        }
        if !assigned.isEmpty { try beginAssignment() }
        needsRecovery = false
        telemetry.health.set(reason: nil, for: "transaction")
    }

    /// A broker fences a producer whose transaction it timed out, too; twice within a minute it is another process.
    private func noteFence() throws {
        let now = clock()
        if let lastFence, now - lastFence < 60_000 { throw WorkerError.fenced(instance: instance) }
        lastFence = now
    }
}
