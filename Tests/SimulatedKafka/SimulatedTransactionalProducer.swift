// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A producer with transactions; its records leave its queue sooner or later, at the latest with the commit.
final class SimulatedTransactionalProducer: TransactionalClient {
    /// Largest record that is taken, as the real one has it.
    private static let largestRecord = 8 * 1024 * 1024 + 64 * 1024

    private enum State {
        case unready
        case ready
        case open
        /// A commit whose outcome is not known.
        case unsure
        case over
    }

    let transactionalID: String
    private let process: SimulatedProcess
    private let timeoutMs: Int64
    private let id: TransactionalID
    private var epoch = -1
    private var state = State.unready
    private var queue: [PendingRecord] = []
    private var failure: KafkaError?
    private(set) var isFatal = false
    private var cluster: SimulatedCluster { process.cluster }

    init(_ process: SimulatedProcess, _ properties: [String: String], transactionalID: String) {
        self.process = process
        self.transactionalID = transactionalID
        timeoutMs = properties["transaction.timeout.ms"].flatMap { Int64($0) } ?? 10_000
        id = process.cluster.transactionalID(transactionalID)
    }

    func initTransactions(timeoutMs: Int32) throws {
        try process.call("init transactions") {
            guard id.ending == nil || cluster.now + Int64(timeoutMs) >= id.stuckUntil else {
                cluster.advance(Int64(timeoutMs))
                throw KafkaError(code: KafkaCode.timedOut, operation: "init transactions")
            }
            id.epoch += 1
            id.timeoutMs = self.timeoutMs
            cluster.end(id, .aborted)
            cluster.complete(id)
            epoch = id.epoch
            state = .ready
        }
    }

    func begin() throws {
        _ = try process.begin("begin")
        try live("begin")
        guard state == .ready else { throw KafkaError(code: KafkaCode.state, operation: "begin") }
        state = .open
        failure = nil
    }

    func produce(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header],
        timestampMs: Int64?
    ) throws {
        _ = try process.begin("produce")
        try live("produce")
        guard state == .open else { throw KafkaError(code: KafkaCode.state, operation: "produce") }
        guard (value?.count ?? 0) + (key?.count ?? 0) <= Self.largestRecord else {
            throw KafkaError(code: KafkaCode.messageTooLarge, operation: "produce")
        }
        let key = key.map { Array($0) }
        queue.append(
            PendingRecord(
                partition: TopicPartition(topic, partition ?? cluster.partition(of: topic, key: key)),
                key: key,
                value: value.map { Array($0) },
                headers: headers,
                timestampMs: timestampMs
            )
        )
        id.sender = self
        cluster.isBusy(id)
    }

    func sendOffsets(_ offsets: [TopicPartition: Int64], metadata: any GroupMetadata, timeoutMs: Int32) throws {
        if offsets.isEmpty { return }
        try process.call("send offsets") {
            try live("send offsets")
            guard let metadata = metadata as? SimulatedMetadata else {
                throw KafkaError(code: KafkaCode.invalidArgument, operation: "send offsets")
            }
            try checkEpoch("send offsets")
            let group = cluster.group(metadata.group)
            try group.validate(metadata, "send offsets")
            let transaction = openTransaction()
            transaction.add(group.take(offsets), of: metadata.group)
            if !group.pending.contains(where: { $0 === transaction }) { group.pending.append(transaction) }
        }
    }

    func commit(timeoutMs: Int32) throws {
        let outcome = try process.begin("commit")
        try live("commit")
        guard state == .open else { throw KafkaError(code: KafkaCode.state, operation: "commit") }
        if outcome != .lost {
            send()
            if let failure { throw failure }
            try checkEpoch("commit")
            cluster.end(id, .committed)
        }
        guard outcome == .answered else {
            state = .unsure
            throw KafkaError(code: KafkaCode.timedOut, operation: "commit")
        }
        state = .ready
    }

    func abort(timeoutMs: Int32) throws {
        try process.call("abort") {
            try live("abort")
            guard state == .open else { throw KafkaError(code: KafkaCode.state, operation: "abort") }
            queue = []
            try checkEpoch("abort")
            cluster.end(id, .aborted)
            state = .ready
        }
    }

    func poll(timeoutMs: Int32) {}

    func close() {
        queue = []
        state = .over
    }

    private func live(_ operation: String) throws {
        if state == .over { throw KafkaError(code: KafkaCode.destroyed, operation: operation) }
        if isFatal { throw KafkaError(code: KafkaCode.producerFenced, operation: operation) }
    }

    private func checkEpoch(_ operation: String) throws {
        guard id.epoch != epoch else { return }
        isFatal = true
        throw KafkaError(code: KafkaCode.producerFenced, operation: operation)
    }

    private func openTransaction() -> SimulatedTransaction {
        if let current = id.current { return current }
        // The next transaction waits for the markers of the last.
        cluster.complete(id)
        let transaction = SimulatedTransaction(startedAt: cluster.now)
        id.current = transaction
        cluster.isBusy(id)
        return transaction
    }

    /// Sends what is queued; what is refused is told by the commit.
    func send() {
        guard failure == nil, !queue.isEmpty, process.silentSince == nil else { return }
        do {
            try checkEpoch("deliver")
            let transaction = openTransaction()
            for record in queue {
                guard let log = cluster.log(record.partition) else {
                    throw KafkaError(
                        code: KafkaCode.unknownPartition,
                        operation: "deliver",
                        partition: record.partition
                    )
                }
                transaction.touch(record.partition)
                log.append(record, in: transaction, at: cluster.now)
            }
            queue = []
        } catch let error as KafkaError {
            failure = error
        } catch {
            failure = KafkaError(code: KafkaCode.application, operation: "deliver")
        }
    }
}
