// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import Kafka
public import Telemetry

/// Applies outbound changes to a target and reports the results, on a thread of its own.
///
/// Reads read_committed in its own consumer group; a result is sent before the change's offset is committed, so a change
/// may be applied again after a crash, never lost.
public final class DeliveryThread: Sendable {
    /// Applies one change, as JSON; the answer is a delivery result as JSON, nil where nobody answers.
    public typealias Target = @Sendable (_ change: [UInt8]) -> [UInt8]?

    private let thread: ServiceThread

    /// Starts delivering what stands on `topics`, which have the prefix already, in a consumer group.
    public init(
        kafka: KafkaConfiguration,
        topics: [String],
        group: String,
        topicPrefix: String,
        log: Log,
        survivesErrors: Bool = false,
        target: @escaping Target
    ) {
        thread = ServiceThread(group, log: log) { isStopping in
            repeat {
                do {
                    try DeliveryThread.run(kafka, topics, group, topicPrefix, log, target, isStopping)
                } catch let error as KafkaError where survivesErrors {
                    // Everything is made anew, and what was not committed comes again.
                    log.debug("delivery begins anew", [("error", .string(error.description))])
                }
            } while !isStopping()
        }
    }

    /// Asks it to stop and waits until it has.
    public func stop() { thread.stop() }

    private static func run(
        _ kafka: KafkaConfiguration,
        _ topics: [String],
        _ group: String,
        _ topicPrefix: String,
        _ log: Log,
        _ target: Target,
        _ isStopping: () -> Bool
    ) throws {
        var properties = kafka
        properties.properties["auto.offset.reset"] = "earliest"
        let consumer = try Consumer(configuration: properties, group: group, observer: nil)
        let producer = try Producer(configuration: kafka, observer: nil)
        defer {
            consumer.close()
            producer.close()
        }
        try consumer.subscribe(topics) { _ in }
        let document = JSONDocument()
        var offsets: [TopicPartition: Int64] = [:]
        var applied = 0
        while !isStopping() {
            switch consumer.poll(timeoutMs: offsets.isEmpty ? 100 : 2) {
            case .message(let message):
                if let value = message.value, let result = target(Array(value)) {
                    try reply(result, to: try document.parse(value), topicPrefix, producer)
                }
                offsets[message.topicPartition] = message.offset + 1
                applied += 1
                guard applied >= 1_000 else { continue }
            case .partitionEnd(let partition, let offset):
                // Behind the control records, so that nothing lags at rest.
                offsets[partition] = offset
                continue
            case .error(let error): try note(error, log)
            case nil: break
            }
            guard !offsets.isEmpty else { continue }
            try producer.flush(timeoutMs: 60_000)
            try consumer.commit(offsets)
            offsets = [:]
            applied = 0
        }
    }

    /// Logs what passes by itself or concerns one partition.
    ///
    /// - Throws: the error of a consumer that delivers nothing any more.
    static func note(_ error: KafkaError, _ log: Log) throws(KafkaError) {
        if [.fatal, .fenced].contains(error.disposition) { throw error }
        log.warning("error of the delivery's consumer", [("error", .string(error.description))])
    }

    private static func reply(_ result: [UInt8], to change: JSONValue, _ prefix: String, _ producer: Producer) throws {
        guard let topic = change["replyTo"]?["topic"]?.string, let partition = change["replyTo"]?["partition"]?.int64,
            let pairKey = change["pairKey"]?.string
        else { return }
        try producer.produce(
            topic: prefix + topic,
            partition: Int32(truncatingIfNeeded: partition),
            key: Array(pairKey.utf8),
            value: result
        )
    }
}
