// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SimulatedKafka
import SyncTestSupport

/// Applies outbound changes to a stand-in for Dynamics 365 Sales, at least once, and reports the results where it is asked to.
final class SimulatedDelivery {
    let target: RepeatedTarget
    private let cluster: SimulatedCluster
    private let partitions: [TopicPartition]
    private var positions: [TopicPartition: Int64] = [:]
    private var results: [Result] = []
    private let isConfirmed: Bool
    private let document = JSONDocument()

    private struct Result {
        let topic: String
        let partition: Int32
        let key: [UInt8]?
        let value: [UInt8]
    }

    init(_ cluster: SimulatedCluster, isConfirmed: Bool) {
        self.cluster = cluster
        self.isConfirmed = isConfirmed
        target = RepeatedTarget(baseCurrency: "GBP", isStrict: isConfirmed)
        partitions = cluster.topics.filter { $0.key.hasPrefix("crm.outbound.") }
            .flatMap { topic in (0..<topic.value).map { TopicPartition(topic.key, $0) } }
            .sorted()
    }

    /// Whether everything was applied, and every result sent.
    var isDone: Bool {
        results.isEmpty && partitions.allSatisfy { (positions[$0] ?? 0) >= cluster.end(of: $0) }
    }

    /// Applies some changes of one partition that has any; what reports nothing gets all in the order in which they came.
    func deliver(limit: Int, choose: (Int) -> Int) throws {
        guard isConfirmed else { return try deliverInOrder() }
        let waiting = partitions.filter { (positions[$0] ?? 0) < cluster.end(of: $0) }
        guard !waiting.isEmpty else { return }
        let partition = waiting[choose(waiting.count)]
        let end = cluster.end(of: partition)
        var taken = 0
        for record in cluster.records(partition, from: positions[partition] ?? 0) {
            guard taken < limit else { return }
            taken += 1
            positions[partition] = record.offset + 1
            guard let value = record.value else { continue }
            let change = try document.parse(value)
            guard let answer = target.apply(change), isConfirmed, let reply = change["replyTo"]?["topic"]?.string,
                let place = change["replyTo"]?["partition"]?.int64
            else { continue }
            results.append(
                Result(topic: reply, partition: Int32(truncatingIfNeeded: place), key: record.key, value: answer)
            )
        }
        positions[partition] = end
    }

    /// Does nothing while a transaction is open, behind which an earlier change may lie.
    private func deliverInOrder() throws {
        guard !cluster.hasTransactions else { return }
        let records = partitions.flatMap { cluster.records($0, from: positions[$0] ?? 0) }
        for record in records.sorted(by: { $0.arrival < $1.arrival }) {
            guard let value = record.value else { continue }
            _ = target.apply(try document.parse(value))
        }
        for partition in partitions { positions[partition] = cluster.end(of: partition) }
    }

    /// Sends some of the results, in their order; the last one again where it is to come twice.
    func report(limit: Int, isLastDoubled: Bool) {
        for index in 0..<min(limit, results.count) {
            let result = results[index]
            let isDoubled = isLastDoubled && index == min(limit, results.count) - 1
            for _ in 0..<(isDoubled ? 2 : 1) {
                _ = cluster.append(result.topic, partition: result.partition, key: result.key, value: result.value)
            }
        }
        results.removeFirst(min(limit, results.count))
    }

    /// Begins a partition some records earlier, as after a crash before its offsets were committed.
    func goBack(choose: (Int) -> Int) {
        let partition = partitions[choose(partitions.count)]
        positions[partition] = max(0, (positions[partition] ?? 0) - Int64(choose(10)))
    }
}
