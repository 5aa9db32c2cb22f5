// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A producer without transactions: what it sends is there at once.
final class SimulatedProducer: ProducerClient {
    private let process: SimulatedProcess
    private var failure: KafkaError?

    init(_ process: SimulatedProcess) {
        self.process = process
    }

    func produce(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header],
        timestampMs: Int64?
    ) throws {
        guard try process.begin("produce") == .answered else { return }
        let key = key.map { Array($0) }
        let place = TopicPartition(topic, partition ?? process.cluster.partition(of: topic, key: key))
        guard process.cluster.log(place) != nil else {
            failure = KafkaError(code: KafkaCode.unknownPartition, operation: "deliver", partition: place)
            return
        }
        _ = process.cluster.append(
            topic,
            partition: place.partition,
            key: key,
            value: value.map { Array($0) },
            headers: headers,
            timestampMs: timestampMs
        )
    }

    func flush(timeoutMs: Int32) throws {
        defer { failure = nil }
        if let failure { throw failure }
    }

    func poll(timeoutMs: Int32) {}
    func close() {}
}
