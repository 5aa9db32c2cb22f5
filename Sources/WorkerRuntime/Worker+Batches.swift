// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncEngine
import SyncModel
import Telemetry

extension Worker {
    /// Largest number of pairs released in one go.
    static let releaseLimit = 1_000
    /// A batch commits after so many bytes of events, however few they are.
    static let batchBytes = 16 << 20
    /// How often the ends of the own changelogs are asked for while there is work.
    static let ownEndsIntervalMs: Int64 = 5_000
    /// A record that old when its batch began is one of a backlog, in milliseconds.
    static let backlogAgeMs: Int64 = 1_000
    /// How long a batch of a backlog may grow, in milliseconds, if the commit interval is shorter.
    static let backlogIntervalMs: Int64 = 250
    /// Bytes of a `traceparent` that is passed on: version 00 has 55, and later ones may have more.
    static let traceparentBytes = 256
    /// Largest number of changelog records taken between two events' polls.
    static let tailLimit = 500

    /// One round: changelogs, releases, one stretch of events, and a commit when one is due.
    func work() throws {
        if let error = assignmentError {
            assignmentError = nil
            throw error
        }
        engine.now = clock()
        lookForBrokers()
        if mismatch != nil { return try waitForFittingAssignment() }
        if restoration != nil { return try goOnRestoring() }
        try noteOwnEndsIfDue()
        try releaseDueDeletes()
        let tailed = try tail.take(limit: Worker.tailLimit, timeoutMs: 0, engine: engine, state: state)
        if control.hasChanged { try obeyControl() }
        if engine.pendingReleases > 0 {
            let batch = try openBatch()
            batch.events += try engine.release(limit: Worker.releaseLimit)
        }
        let isBusy = tailed > 0 || engine.pendingReleases > 0
        let isIdle = try takeEvents(timeoutMs: isBusy ? 0 : pollTimeout())
        try commitIfDue(isIdle: isIdle && !isBusy)
        status.reportIfDue(at: clock(), worker: self)
        guard isIdle else { return }
        try lookForSilence()
        if tailed == 0 { try lookForSilenceOfChangelogs() }
        try forgetEndedIfDue()
    }

    /// Deletes that the target refused are tried again when they are due; looked for four times a second.
    private func releaseDueDeletes() throws {
        guard configuration.engine.isConfirmed, configuration.engine.deletionPolicy == .deleteOther,
            engine.now - lastDeleteLook >= 250
        else { return }
        lastDeleteLook = engine.now
        try engine.releaseDueDeletes(limit: Worker.releaseLimit)
    }

    /// Every few seconds: where the own changelogs end, so that a restart reads only what comes behind.
    ///
    /// It counts once the next transaction has committed: its generation is the proof that no successor wrote before.
    private func noteOwnEndsIfDue() throws {
        guard batch == nil, lastCommit > lastOwnEnds, clock() - lastOwnEnds >= Worker.ownEndsIntervalMs else { return }
        lastOwnEnds = clock()
        ownEnds = try tail.endsOfLeftOut()
    }

    /// Every minute, when idle: the records of pairs that have been over for a week end.
    private func forgetEndedIfDue() throws {
        guard clock() - lastForgotten >= 60_000, batch == nil else { return }
        lastForgotten = clock()
        guard try engine.hasEnded() else { return }
        let batch = try openBatch()
        batch.events += try engine.forgetEnded(limit: Worker.releaseLimit)
    }

    /// How long to wait for an event: until the open batch is due, else a little, so that changelogs are seen soon.
    private func pollTimeout() -> Int32 {
        guard let batch else { return 10 }
        let left = batch.startedAt + interval(of: batch) - clock()
        return Int32(max(0, min(left, 10)))
    }

    /// How long a batch may grow, in milliseconds.
    ///
    /// A commit costs as much as hundreds of events, so a backlog is worked off with fewer and larger ones.
    private func interval(of batch: Batch) -> Int64 {
        batch.isBacklog ? max(configuration.commitIntervalMs, Worker.backlogIntervalMs) : configuration.commitIntervalMs
    }

    /// Takes what has arrived, up to a full batch, and for as long as the commit interval: changelogs are read between.
    ///
    /// - Returns: whether there was nothing more to take.
    private func takeEvents(timeoutMs: Int32) throws -> Bool {
        var timeout = timeoutMs
        let began = clock()
        while (batch?.events ?? 0) < configuration.batchMax, (batch?.bytes ?? 0) < Worker.batchBytes {
            switch consumer.poll(timeoutMs: timeout) {
            case .message(let message):
                try take(message)
                timeout = 0
            case .partitionEnd(let partition, let offset):
                ends[partition] = offset
                unfinished.reachedEnd(of: partition)
            case .error(let error):
                try note(error)
            case nil:
                return true
            }
            if restoration != nil { return true }
            let now = clock()
            if let batch, now - batch.startedAt >= interval(of: batch) { return false }
            if now - began >= configuration.commitIntervalMs { return false }
        }
        return false
    }

    private func take(_ message: Message) throws {
        guard engine.ownedPartitions.contains(message.partition) else {
            // Nothing comes from partitions that are not taken up; should something, the positions are taken up again.
            return try repeatAssignment()
        }
        let batch = try openBatch()
        let (topic, entity) = topicNames.parts(of: message.topic)
        var record = InputRecord(
            topic: topic,
            entity: entity,
            partition: message.partition,
            offset: message.offset,
            timestamp: message.timestampMs,
            key: message.key,
            value: message.value
        )
        // Only for the time of this call: a message that outlives its consumer would keep it from closing.
        telemetry.currentHeaders = { message.headers() }
        defer { telemetry.currentHeaders = nil }
        record.traceparent = message.header("traceparent").flatMap { text in
            text.count <= Worker.traceparentBytes ? String(decoding: text, as: UTF8.self) : nil
        }
        engine.eventAt = record.timestamp
        if message.topic == configuration.inboxTopic {
            try engine.processInbox(record)
        } else {
            try engine.process(record)
        }
        batch.events += 1
        batch.bytes += message.value?.count ?? 0
        batch.isBacklog = record.timestamp > 0 && batch.startedAt - record.timestamp >= Worker.backlogAgeMs
        let partition = message.topicPartition
        batch.offsets[partition] = message.offset + 1
        unfinished.took(engine.eventAt > 0 ? engine.eventAt : batch.startedAt, of: partition)
    }

    /// The open batch; begun, with the next producer and this moment's group metadata, where there is none.
    func openBatch() throws -> Batch {
        if let batch { return batch }
        let producer = producers.next()
        try producer.begin()
        let begun = Batch(producer: producer, metadata: try consumer.groupMetadata(), startedAt: clock())
        sink.producer = producer
        batch = begun
        return begun
    }

    /// Commits when the batch is full or old enough, or when nothing more is to be read and the pause is kept.
    private func commitIfDue(isIdle: Bool) throws {
        guard let batch else {
            if isIdle {
                showLag()
                try state.commit()
                try commitPositions()
            }
            return
        }
        let now = clock()
        let isOld = now - batch.startedAt >= interval(of: batch)
        let mayCommitEarly = isIdle && now - lastCommit >= configuration.commitIntervalMs
        if batch.events >= configuration.batchMax || batch.bytes >= Worker.batchBytes || isOld || mayCommitEarly {
            try commitBatch()
        }
    }

    /// Commits the open batch: offsets and effects in one Kafka transaction, then the local state.
    func commitBatch() throws {
        guard let batch else { return try state.commit() }
        // Also without events, so that the group's generation is checked: a paused instance must not publish what its
        // successor publishes too.
        let offsets = batch.offsets.isEmpty ? try presentOffset() : batch.offsets
        telemetry.reach.commitBegun()
        var isCommitted = false
        defer { telemetry.reach.commitEnded(isCommitted: isCommitted) }
        if !offsets.isEmpty, let metadata = batch.metadata {
            try batch.producer.sendOffsets(offsets, metadata: metadata, timeoutMs: 10_000)
        }
        try batch.producer.commit(timeoutMs: 10_000)
        self.batch = nil
        sink.producer = nil
        try tail.pass(ownEnds, state)
        ownEnds = [:]
        try state.commit()
        if configuration.commitsPlainly, !batch.offsets.isEmpty { try consumer.commit(batch.offsets) }
        isCommitted = true
        telemetry.log.debug("committed", [("events", .integer(Int64(batch.events)))])
        for (partition, offset) in batch.offsets { committed[partition] = offset }
        lastCommit = clock()
        telemetry.transactions.observe(Double(lastCommit - batch.startedAt) / 1_000)
        for time in unfinished.committed() { telemetry.events.observe(Double(max(0, lastCommit - time)) / 1_000) }
        showLag()
    }

    /// Shows how old the oldest unfinished record is, from which the lag in seconds follows.
    func showLag() {
        telemetry.lag.set(oldest: unfinished.oldest(unread: unread.times))
    }

    /// The committed offset of some owned partition, to be committed again as it is.
    private func presentOffset() throws -> [TopicPartition: Int64] {
        // The assignment has an order, which a dictionary has not: what is sent depends on the input alone.
        for partition in assigned {
            if let offset = committed[partition] { return [partition: offset] }
        }
        guard let partition = assigned.first else { return [:] }
        return [partition: try consumer.watermarks(partition, timeoutMs: 5_000).low]
    }

    /// When idle: the positions behind control records, and one for every partition, so that lag is 0 for every tool.
    private func commitPositions() throws {
        var offsets: [TopicPartition: Int64] = [:]
        for (partition, offset) in ends where assigned.contains(partition) && (committed[partition] ?? -1) < offset {
            offsets[partition] = offset
        }
        guard !offsets.isEmpty else { return }
        telemetry.reach.commitBegun()
        defer { telemetry.reach.commitEnded(isCommitted: false) }
        try consumer.commit(offsets)
        committed.merge(offsets) { _, new in new }
    }

    /// An error of the consumer: fatal ones end the batch; a committed offset that is gone stops its partition.
    ///
    /// Where nothing was ever committed the assignment begins at the beginning, so the consumer's question for a
    /// committed offset, asked before that, needs no answer.
    func note(_ error: KafkaError) throws {
        // The member is over; the recovery makes another one, unless it is found that another process has its name.
        if error.disposition == .fatal || error.disposition == .fenced { throw error }
        guard error.isOffsetGone, let partition = error.partition else {
            telemetry.log.warning("reading events", [("error", .string(error.description))])
            return
        }
        guard let offset = positions()[partition], offset >= 0 else { return }
        let (low, high) = try consumer.watermarks(partition, timeoutMs: 5_000)
        if (low...max(low, high)).contains(offset) {
            // Said of an earlier assignment, before anything was committed; its partition is not read on after that.
            telemetry.log.warning("reading on where the offset is there", [("error", .string(error.description))])
            if let paused { try readOn(closed: paused) }
            return
        }
        stopped.insert(partition)
        telemetry.log.error("a partition stops: its committed offset is gone", [("error", .string(error.description))])
        telemetry.health.set(
            reason: "the committed offset of \(partition) is out of range; events may be missing",
            for: "offset \(partition)"
        )
    }
}
