// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Decides which gates open and close; knows neither Kafka nor the clock.
///
/// A gate closes when the backlog of something that its worker depends on is above the high-water mark, and opens when all
/// of them are down to the low-water mark. In between it stays as it is. A backlog is what is not read yet, and what is sent
/// and not confirmed: neither can be referred to.
struct GateDecider: Sendable {
    /// A gate that has just changed stays so for this long.
    static let minimumIntervalMs: Int64 = 1_000

    let graph: WorkerGraph
    /// The workers, each behind all that it depends on.
    private let inOrder: [String]
    /// Records of lag above which dependents close.
    let high: Int64
    /// Records of lag down to which dependents open.
    let low: Int64

    /// Takes the marks; a low one above the high one counts as that, since a gate would otherwise be told to do both.
    init(graph: WorkerGraph, high: Int64, low: Int64) {
        self.graph = graph
        inOrder = Self.order(of: graph)
        self.high = high
        self.low = min(low, high)
    }

    private static func order(of graph: WorkerGraph) -> [String] {
        var order: [String] = []
        var seen: Set<String> = []
        // What depends on each other is no dependency, so there is no circle.
        func visit(_ worker: String) {
            guard seen.insert(worker).inserted else { return }
            for other in graph.dependencies(of: worker) { visit(other.worker) }
            order.append(worker)
        }
        graph.workers.forEach(visit)
        return order
    }

    /// Decides every gate.
    ///
    /// - Parameters:
    ///   - lags: records of lag by worker; a worker whose lag is not known keeps no gate closed.
    ///   - unconfirmed: records by worker that are sent and do not exist on the other side yet, as far as is known.
    ///   - gates: the gates told last, by worker; without one a gate is open.
    ///   - nowMs: the time in milliseconds since 1970.
    /// - Returns: the gates that have to be told anew: opened, closed, or closed for another reason than before.
    func decide(
        lags: [String: Int64],
        unconfirmed: [String: Int64] = [:],
        gates: [String: Gate],
        nowMs: Int64
    ) -> [Gate] {
        let backlogs = lags.reduce(into: [:]) { backlogs, lag in
            backlogs[lag.key] = Backlog(unread: lag.value, unconfirmed: unconfirmed[lag.key, default: 0])
        }
        var changed: [Gate] = []
        var closed = Set(gates.values.filter { !$0.isOpen }.map(\.worker))
        // In the order of dependencies, so that those that open together do so in one decision.
        for worker in inOrder {
            guard let gate = decide(worker, backlogs, gates[worker], nowMs) else { continue }
            if gate.isOpen, graph.dependencies(of: worker).contains(where: { closed.contains($0.worker) }) { continue }
            if gate.isOpen { closed.remove(worker) } else { closed.insert(worker) }
            changed.append(gate)
        }
        // A gate of a worker that settings have taken away would otherwise stay closed, and be found so when it is back.
        for gate in gates.values.sorted(by: { $0.worker < $1.worker })
        where !gate.isOpen && !graph.workers.contains(gate.worker) && isFree(gate, nowMs) {
            changed.append(Gate(worker: gate.worker, isOpen: true, sinceMs: nowMs))
        }
        return changed
    }

    /// What of a worker's records cannot be referred to yet.
    private struct Backlog {
        var unread: Int64 = 0
        var unconfirmed: Int64 = 0

        var sum: Int64 { unread + unconfirmed }

        var text: String {
            if unconfirmed == 0 { return "lags \(unread) records" }
            return unread == 0
                ? "has \(unconfirmed) records unconfirmed" : "lags \(unread) records and has \(unconfirmed) unconfirmed"
        }
    }

    private func decide(_ worker: String, _ backlogs: [String: Backlog], _ gate: Gate?, _ nowMs: Int64) -> Gate? {
        let behind = graph.dependencies(of: worker).filter { backlogs[$0.worker, default: Backlog()].sum > low }
        let waitsFor = behind.flatMap(\.mappings)
        let reason = behind.map { "\($0.worker) \(backlogs[$0.worker, default: Backlog()].text)" }
            .joined(separator: ", ")
        if gate?.isOpen ?? true {
            guard behind.contains(where: { backlogs[$0.worker, default: Backlog()].sum > high }), isFree(gate, nowMs)
            else {
                return nil
            }
            return Gate(worker: worker, isOpen: false, reason: reason, waitsFor: waitsFor, sinceMs: nowMs)
        }
        if behind.isEmpty {
            return isFree(gate, nowMs) ? Gate(worker: worker, isOpen: true, sinceMs: nowMs) : nil
        }
        guard let gate, gate.waitsFor != waitsFor else { return nil }
        return Gate(worker: worker, isOpen: false, reason: reason, waitsFor: waitsFor, sinceMs: gate.sinceMs)
    }

    /// Whether a gate may change again; one from the future was told by a clock that nobody should wait for.
    private func isFree(_ gate: Gate?, _ nowMs: Int64) -> Bool {
        guard let sinceMs = gate?.sinceMs else { return true }
        return (nowMs - sinceMs).magnitude >= Self.minimumIntervalMs.magnitude
    }
}
