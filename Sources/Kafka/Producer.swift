// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// An idempotent producer without transactions, used from one thread.
public final class Producer {
    private let core: ProducerCore

    /// Makes a producer; it connects by itself.
    public init(configuration: KafkaConfiguration, observer: (any KafkaObserver)?) throws {
        // Each record's place is looked at, since no error tells of one that the broker took for a repeat.
        let forced = ["delivery.report.only.error": "false"]
        core = try ProducerCore(
            configuration: ProducerCore.completed(configuration, forced: forced),
            observer: observer
        )
    }

    /// Records that are queued or in flight.
    public var outstanding: Int { core.handle.pointer.map { Int(rd_kafka_outq_len($0)) } ?? 0 }

    /// Queues a copy of the record; nil as partition places it by its key.
    ///
    /// A full queue is waited for, within a bound. Failed deliveries are thrown by `flush`.
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

    /// Waits until all records have arrived; throws the first delivery's error since the last call where one failed.
    public func flush(timeoutMs: Int32) throws {
        let code = rd_kafka_flush(try core.handle.live("flush"), timeoutMs)
        if let error = core.handle.context.takeDeliveryError() { throw error }
        try KafkaError.check(code, "flush")
    }

    /// Serves statistics and errors.
    public func poll(timeoutMs: Int32) { core.poll(timeoutMs: timeoutMs) }

    /// Frees the client; what has not arrived is dropped, so `flush` comes first.
    public func close() { core.close() }
}
