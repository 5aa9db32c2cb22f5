// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import StateStore
import SyncEngine
import SyncModel
import Telemetry

extension Worker {
    /// Called by the consumer inside its poll.
    func rebalanced(_ change: Consumer.Rebalance) {
        switch change {
        case .assigned(let partitions):
            assigned = partitions
            if let id = consumer.memberID { memberIDs.insert(id) }
            do {
                try beginRestoration()
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
        for partition in stopped { telemetry.health.set(reason: nil, for: "offset \(partition)") }
        stopped = []
        mismatch = nil
        assigned = []
        restoration = nil
        ends = [:]
        committed = [:]
        readOwnChangelogs()
        paused = nil
        unfinished.removeAll()
        engine.ownedPartitions = []
        engine.clearReleases()
        telemetry.health.set(reason: "waiting for an assignment", for: "assignment")
    }

    /// From now on others may write what this worker has written so far.
    private func readOwnChangelogs() {
        ownEnds = [:]
        do {
            try tail.leaveOut(own: [], state)
        } catch {
            assignmentError = error
        }
    }

    /// Where an assignment begins: at the committed offsets, whose query waits for pending transactions.
    ///
    /// From the beginning only where nothing was ever committed.
    func startOffsets(of partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
        do {
            committed = try consumer.committed(partitions, timeoutMs: 10_000).compactMapValues { $0 }
        } catch {
            assignmentError = error  // The assignment is taken up again by the recovery.
            throw error
        }
        return Dictionary(uniqueKeysWithValues: partitions.map { ($0, committed[$0] ?? Consumer.beginning) })
    }

    /// Takes up an assignment whose start offsets are known: asks for the changelogs' ends, after the committed offsets.
    ///
    /// Partitions stay paused until the changelogs are read past those ends.
    func beginRestoration() throws {
        engine.ownedPartitions = []
        engine.clearReleases()
        ends = [:]
        guard !assigned.isEmpty else {
            mismatch = nil
            telemetry.health.set(reason: nil, for: "assignment")
            return
        }
        try consumer.pause(assigned)
        paused = nil
        guard isCopartitioned() else { return }
        readOwnChangelogs()
        restoration = Restoration(ends: try tail.ends(), startedAt: clock())
        telemetry.health.set(reason: "reading the changelogs", for: "assignment")
    }

    /// Takes the present assignment up again, from the committed offsets.
    func repeatAssignment() throws {
        guard !assigned.isEmpty else { return }
        try consumer.assign(try startOffsets(of: assigned))
        try beginRestoration()
    }

    /// Whether the same partition numbers of every topic are assigned, as a pair's owner needs them.
    ///
    /// `range` gives them only where all instances subscribe to the same topics, and know of them: a group whose leader
    /// has not heard of a new topic yet rebalances soon. So an assignment that does not fit is left alone for a while.
    private func isCopartitioned() -> Bool {
        let byTopic = Dictionary(grouping: assigned, by: \.topic).mapValues { Set($0.map(\.partition)) }
        let inbox = byTopic[configuration.inboxTopic] ?? []
        let topics = configuration.changeTopics.filter { byTopic[$0] ?? [] != inbox }
        guard !topics.isEmpty else {
            mismatch = nil
            return true
        }
        telemetry.health.set(reason: "the instances of the worker read different topics", for: "assignment")
        mismatch = (topics, mismatch?.since ?? clock(), mismatch?.asked)
        return false
    }

    /// Ends the worker when its assignment has not fitted for half a minute.
    ///
    /// Until then only the membership is kept alive. A topic that was given more partitions ends it at once.
    func waitForFittingAssignment() throws {
        try askForPartitionCounts()
        if let mismatch, clock() - mismatch.since > 30_000 {
            throw WorkerError.subscriptionsDiffer(topics: mismatch.topics)
        }
        if case .error(let error) = consumer.poll(timeoutMs: 100) { try note(error) }
    }

    /// Asks every second, since brokers hear of new partitions at different times.
    ///
    /// - Throws: `WorkerError.partitionCount`: no assignment fits then, however the other instances are set.
    private func askForPartitionCounts() throws(WorkerError) {
        guard clock() - (mismatch?.asked ?? .min / 2) >= 1_000 else { return }
        mismatch?.asked = clock()
        let found: [String: Int32]
        do {
            found = try admin.topics(timeoutMs: 2_000)
        } catch {
            telemetry.log.warning("the topics cannot be looked at", [("error", .string("\(error)"))])
            return
        }
        try TopicCheck(configuration, admin: admin, telemetry: telemetry).checkCounts(found)
    }

    /// Reads the changelogs on; when they are passed, the partitions are owned, swept for waiting records and resumed.
    func goOnRestoring() throws {
        guard let restoration else { return }
        status.reportIfDue(at: clock(), worker: self)
        if try tail.take(limit: 5_000, timeoutMs: 20, engine: engine, state: state) > 0 {
            try state.commit()
        } else {
            try lookForSilenceOfChangelogs()
        }
        try stopIfStateIsForeign(restoration.ends)
        // Keeps the membership alive, and takes up a further rebalance.
        switch consumer.poll(timeoutMs: 0) {
        case .error(let error):
            try note(error)
        case .message:
            // No event comes from paused partitions; should one, the positions are taken up again, so it is not lost.
            return try repeatAssignment()
        case .partitionEnd, nil:
            break
        }
        guard let current = self.restoration, tail.hasPassed(current.ends) else { return }
        try checkRetention()
        self.restoration = nil
        engine.ownedPartitions = Set(assigned.map(\.partition))
        try tail.leaveOut(own: engine.ownedPartitions, state)
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
            let low = try consumer.watermarks(partition, timeoutMs: 5_000).low
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

    /// Reads of the change topics what the coordinator's gates and the operator's holds leave open; the inbox always flows.
    ///
    /// Where that changes, every partition is assigned again from the position that this worker has reached. librdkafka's
    /// own memory of a paused partition is not relied on: version 2.0.2 goes back to the last pause where a partition is
    /// resumed that was not paused, and on from a record that was given out and dropped where it is paused anew.
    func obeyControl() throws {
        control.acknowledge()
        telemetry.gateOpen.set(control.isOpen ? 1 : 0, [configuration.worker])
        let closed = assigned.filter { partition in
            stopped.contains(partition)
                || (partition.topic != configuration.inboxTopic
                    && !control.isOpen(for: mappings(fedBy: partition.topic)))
        }
        guard !assigned.isEmpty, Set(closed) != paused else { return }
        try readOn(closed: Set(closed))
    }

    /// Assigns every partition from the position that this worker has reached, and lets those come that are not closed.
    func readOn(closed: Set<TopicPartition>) throws {
        try consumer.assign(positions())
        if !closed.isEmpty { try consumer.pause(closed.sorted()) }
        let open = assigned.filter { !closed.contains($0) }
        if !open.isEmpty { try consumer.resume(open) }
        paused = closed
    }

    /// Behind the last event of each assigned partition that was taken: in the open batch, or committed.
    func positions() -> [TopicPartition: Int64] {
        Dictionary(
            uniqueKeysWithValues: assigned.map { ($0, batch?.offsets[$0] ?? committed[$0] ?? Consumer.beginning) }
        )
    }

    private func mappings(fedBy topic: String) -> [String] {
        let entity = topic.split(separator: ".").last.map(String.init) ?? topic
        return configuration.mappings.filter { $0.mapping.sourceEntities.contains(entity) }.map(\.mapping.name)
    }

    /// Drops the open batch: nothing of it becomes visible, and the local state falls back with it.
    func abandonBatch() {
        if let batch {
            telemetry.aborts.add()
            do {
                try batch.producer.abort(timeoutMs: 5_000)
            } catch {
                // Also after a revocation, which nobody gives up a batch for: its next transaction could not begin.
                mustRebuildProducers = true
                needsRecovery = true
            }
        }
        batch = nil
        ownEnds = [:]
        unfinished.aborted()
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
        mustRebuildProducers = mustRebuildProducers || error.isOfCommit || error.disposition != .abortable
        abandonBatch()
        needsRecovery = true
    }

    /// Makes the producers anew where needed, and reads state and offsets again; tried until it succeeds.
    func recover() throws {
        if consumer.isFatal {
            try rejoin()
        } else if case .error(let error) = consumer.poll(timeoutMs: 100) {
            // The poll keeps the membership alive; a record that it gives is read again after the repositioning.
            try note(error)
        }
        if mustRebuildProducers {
            try producers.rebuild(timeoutMs: 5_000)
            mustRebuildProducers = false
        }
        try repeatAssignment()
        needsRecovery = false
        telemetry.health.set(reason: nil, for: "transaction")
    }
}
