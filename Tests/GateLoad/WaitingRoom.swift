// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import KafkaTestSupport
import SyncModel
import SyncTestSupport

/// How many records waited at each moment of a load, as the couplings topics tell it afterwards.
struct WaitingRoom {
    /// The most that waited at one moment, by mapping.
    private(set) var peaks: [String: Int] = [:]
    /// The most of all mappings at one moment.
    private(set) var peak = 0

    private struct Step {
        var atMs: Int64
        /// Keeps the order of a partition where times are equal.
        var number: Int
        var pair: String
        var mapping: String
        var waits: Bool
    }

    /// Reads all couplings of a fleet, from their beginning to their present end.
    init(_ fleet: Fleet) throws {
        var steps = try WaitingRoom.steps(of: fleet)
        steps.sort { ($0.atMs, $0.number) < ($1.atMs, $1.number) }
        var waiting: [String: Set<String>] = [:]
        var count = 0
        for step in steps {
            if step.waits {
                if waiting[step.mapping, default: []].insert(step.pair).inserted { count += 1 }
            } else if waiting[step.mapping]?.remove(step.pair) != nil {
                count -= 1
            }
            peaks[step.mapping] = max(peaks[step.mapping] ?? 0, waiting[step.mapping]?.count ?? 0)
            peak = max(peak, count)
        }
    }

    private static func steps(of fleet: Fleet) throws -> [Step] {
        let consumer = try Consumer(configuration: fleet.broker.configuration(), group: nil, observer: nil)
        defer { consumer.close() }
        let partitions = fleet.partitions(of: ["sync.couplings."])
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.beginning) }))
        let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
        var open = Set(partitions)
        var steps: [Step] = []
        try waitUntil(within: .seconds(120), "the end of the couplings") { () -> Void? in
            switch consumer.poll(timeoutMs: 100) {
            case .message(let message):
                guard let key = message.key, let value = message.value else { return nil }
                let coupling = try Coupling(try document.parse(value))
                steps.append(
                    Step(
                        atMs: message.timestampMs,
                        number: steps.count,
                        pair: String(decoding: key, as: UTF8.self),
                        mapping: coupling.mapping,
                        waits: coupling.waiting?.waitsFor.contains { $0.reason != .inFlight } ?? false
                    )
                )
            case .partitionEnd(let partition, _): open.remove(partition)
            case .error(let error): if error.disposition != .retriable { throw error }
            case nil: break
            }
            return open.isEmpty ? () : nil
        }
        return steps
    }
}
