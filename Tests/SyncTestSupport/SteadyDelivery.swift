// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import LocalStack
import Telemetry

/// Applies outbound changes to the other side and reports the results, through restarts of the broker.
final class SteadyDelivery: Sendable {
    private let thread: ServiceThread

    init(
        _ kafka: KafkaConfiguration,
        topics: [String],
        group: String,
        topicPrefix: String,
        target: RepeatedTarget
    ) {
        thread = ServiceThread(group, log: Log(format: .logfmt, level: .error)) { isStopping in
            while !isStopping() {
                // After an error everything is made anew: what was not committed comes again.
                try? SteadyDelivery.deliver(kafka, topics, group, topicPrefix, target, isStopping)
            }
        }
    }

    func stop() { thread.stop() }

    private static func deliver(
        _ kafka: KafkaConfiguration,
        _ topics: [String],
        _ group: String,
        _ topicPrefix: String,
        _ target: RepeatedTarget,
        _ isStopping: () -> Bool
    ) throws {
        let consumer = try Consumer(configuration: kafka, group: group, observer: nil)
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
                if let value = message.value {
                    let change = try document.parse(value)
                    if let result = target.apply(change) { try reply(result, to: change, topicPrefix, producer) }
                }
                offsets[message.topicPartition] = message.offset + 1
                applied += 1
                guard applied >= 1_000 else { continue }
            case .partitionEnd(let partition, let offset):
                // Behind the control records, so that nothing lags at rest.
                offsets[partition] = offset
                continue
            case .error, nil: break
            }
            guard !offsets.isEmpty else { continue }
            try producer.flush(timeoutMs: 60_000)
            try consumer.commit(offsets)
            offsets = [:]
            applied = 0
        }
    }

    private static func reply(_ result: [UInt8], to change: JSONValue, _ prefix: String, _ producer: Producer) throws {
        guard let topic = change["replyTo"]?["topic"]?.string, let partition = change["replyTo"]?["partition"]?.int64,
            let pairKey = change["pairKey"]?.string
        else { return }
        try Array(pairKey.utf8).withUnsafeBytes { key in
            try result.withUnsafeBytes { value in
                try producer.produce(
                    topic: prefix + topic,
                    partition: Int32(truncatingIfNeeded: partition),
                    key: key,
                    value: value
                )
            }
        }
    }
}
