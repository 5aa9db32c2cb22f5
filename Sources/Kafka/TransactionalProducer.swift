// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// A producer whose records, and the offsets they come from, become visible together or not at all.
///
/// Used from one thread. After an error whose disposition is `fenced` or `fatal` it is of no more use; after any other
/// error inside a transaction, that transaction is aborted.
public final class TransactionalProducer {
    /// The id that fences an older producer of the same id.
    public let transactionalID: String

    private let core: ProducerCore

    /// Makes a producer; `initTransactions` comes first.
    public init(configuration: KafkaConfiguration, transactionalID: String, observer: (any KafkaObserver)?) throws {
        self.transactionalID = transactionalID
        var configuration = configuration
        // A commit waits for the linger: 1 ms against 5 halves a small transaction.
        for (name, value) in ["transaction.timeout.ms": "10000", "linger.ms": "1"]
        where configuration.properties[name] == nil {
            configuration.properties[name] = value
        }
        core = try ProducerCore(
            configuration: ProducerCore.completed(configuration, forced: ["transactional.id": transactionalID]),
            observer: observer
        )
    }

    /// Whether the client is beyond use and has to be made anew.
    public var isFatal: Bool { core.isFatal }

    /// Fences older producers of this id, ends what they left open, and waits for it.
    public func initTransactions(timeoutMs: Int32) throws {
        let client = try core.handle.live("init transactions")
        try KafkaError.check(rd_kafka_init_transactions(client, timeoutMs), "init transactions")
    }

    /// Opens a transaction.
    public func begin() throws {
        _ = core.handle.context.takeDeliveryError()
        try KafkaError.check(rd_kafka_begin_transaction(try core.handle.live("begin")), "begin")
    }

    /// Queues a copy of the record; nil as partition places it by its key.
    ///
    /// A full queue is waited for, within a bound. Failed deliveries are thrown by `commit`.
    public func produce(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header] = [],
        timestampMs: Int64? = nil
    ) throws {
        try core.produce(
            topic: topic,
            partition: partition,
            key: key,
            value: value,
            headers: headers,
            timestampMs: timestampMs
        )
    }

    /// Makes the consumer's offsets (next to read) part of the transaction; refused for an outdated generation.
    public func sendOffsets(_ offsets: [TopicPartition: Int64], metadata: any GroupMetadata, timeoutMs: Int32) throws {
        if offsets.isEmpty { return }
        let client = try core.handle.live("send offsets")
        guard let metadata = metadata as? ConsumerGroupMetadata else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation: "send offsets")
        }
        let list = PartitionList(offsets)
        try KafkaError.check(
            rd_kafka_send_offsets_to_transaction(client, list.pointer, metadata.pointer, timeoutMs),
            "send offsets"
        )
    }

    /// Waits for all deliveries and commits; throws the first delivery's error where one failed.
    public func commit(timeoutMs: Int32) throws {
        let client = try core.handle.live("commit")
        do {
            try KafkaError.check(rd_kafka_commit_transaction(client, timeoutMs), "commit")
        } catch {
            // librdkafka says only that the transaction failed; the delivery says why.
            guard error.disposition == .abortable, let cause = core.handle.context.takeDeliveryError() else {
                throw error
            }
            throw cause.inTransaction
        }
    }

    /// Drops what the transaction produced and sent.
    public func abort(timeoutMs: Int32) throws {
        let client = try core.handle.live("abort")
        try KafkaError.check(rd_kafka_abort_transaction(client, timeoutMs), "abort")
        _ = core.handle.context.takeDeliveryError()
    }

    /// Serves statistics and errors; needed only where nothing is committed for long.
    public func poll(timeoutMs: Int32) { core.poll(timeoutMs: timeoutMs) }

    /// Frees the client; an open transaction is left to the next producer of this id, or to its timeout.
    public func close() { core.close() }
}

extension KafkaError {
    /// This delivery error as the failure of its transaction: aborted at least, whether or not a retry can help.
    var inTransaction: KafkaError {
        switch disposition {
        case .retriable: KafkaError(self, disposition: .abortable)
        case .abortable, .fenced, .fatal, .permanent: self
        }
    }

    private init(_ error: KafkaError, disposition: Disposition) {
        self.init(
            rd_kafka_resp_err_t(rawValue: error.code),
            operation: error.operation,
            message: error.message,
            partition: error.partition,
            disposition: disposition
        )
    }
}
