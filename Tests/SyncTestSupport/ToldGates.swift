// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import KafkaTestSupport
package import SyncModel

/// The gates of a fleet in the order in which its coordinators told them.
package struct ToldGates {
    /// A gate, and when it was told.
    package struct Told {
        /// As it was told.
        package var gate: Gate
        /// The record's time, in milliseconds since 1970.
        package var atMs: Int64
    }

    /// All that was told.
    package private(set) var all: [Told] = []

    /// Those that opened or closed: the others only give another reason.
    package var flips: [Told] {
        var isOpen: [String: Bool] = [:]
        return all.filter { told in
            let before = isOpen.updateValue(told.gate.isOpen, forKey: told.gate.worker) ?? true
            return before != told.gate.isOpen
        }
    }

    /// The workers whose gates are closed by now.
    package var closed: [String] {
        let last = all.reduce(into: [:]) { $0[$1.gate.worker] = $1.gate.isOpen }
        return last.filter { !$0.value }.keys.sorted()
    }

    /// Reads the fleet's control topic to its present end.
    package init(_ fleet: Fleet) throws {
        let control = TopicPartition("\(fleet.prefix)sync.control", 0)
        let consumer = try Consumer(configuration: fleet.broker.configuration(), group: nil, observer: nil)
        defer { consumer.close() }
        try consumer.assign([control: Consumer.beginning])
        let document = JSONDocument()
        try waitUntil(within: .seconds(30), "the end of what coordinators told") { () -> Void? in
            switch consumer.poll(timeoutMs: 200) {
            case .message(let message):
                if case .gate(_, let gate?) = ControlRecord(key: message.key, value: message.value, using: document) {
                    all.append(Told(gate: gate, atMs: message.timestampMs))
                }
                return nil
            case .partitionEnd: return ()
            case .error(let error): throw error
            case nil: return nil
            }
        }
    }

    /// What is wrong with the order and the times of the flips.
    ///
    /// - Parameter owners: the worker of each mapping.
    /// - Returns: one line for each fault: a gate that opens while what it waited for is itself held back, one that
    ///   changes twice within a second, one that is closed at the end.
    package func faults(owners: [String: String]) -> [String] {
        var faults: [String] = []
        var closed: [String: Set<String>] = [:]
        var flippedAt: [String: Int64] = [:]
        for told in all {
            let (gate, worker) = (told.gate, told.gate.worker)
            let wasOpen = closed[worker] == nil
            if wasOpen != gate.isOpen, let since = gate.sinceMs {
                if let before = flippedAt[worker], since - before < 1_000 {
                    faults.append("\(worker) changes again after \(since - before) ms")
                }
                flippedAt[worker] = since
            }
            guard gate.isOpen else {
                closed[worker, default: []].formUnion(gate.waitsFor.compactMap { owners[$0] })
                continue
            }
            let waitedFor = closed.removeValue(forKey: worker) ?? []
            for other in waitedFor.sorted() where closed[other] != nil {
                faults.append("\(worker) opens while \(other) is held back")
            }
        }
        for worker in closed.keys.sorted() { faults.append("\(worker) is closed at the end") }
        return faults
    }
}
