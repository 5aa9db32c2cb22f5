// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Decides which gates open and close; knows neither Kafka nor the clock.
///
/// A gate closes when something that its worker depends on lags more than the high-water mark, and opens when all of it
/// lags no more than the low-water mark. In between it stays as it is.
struct GateDecider: Sendable {
    /// A gate that has just changed stays so for this long.
    static let minimumIntervalMs: Int64 = 1_000

    let graph: WorkerGraph
    /// Records of lag above which dependents close.
    let high: Int64
    /// Records of lag down to which dependents open.
    let low: Int64

    /// Takes the marks; a low one above the high one counts as that, since a gate would otherwise be told to do both.
    init(graph: WorkerGraph, high: Int64, low: Int64) {
        self.graph = graph
        self.high = high
        self.low = min(low, high)
    }

    /// Decides every gate.
    ///
    /// - Parameters:
    ///   - lags: records of lag by worker; a worker whose lag is not known keeps no gate closed.
    ///   - gates: the gates told last, by worker; without one a gate is open.
    ///   - nowMs: the time in milliseconds since 1970.
    /// - Returns: the gates that have to be told anew: opened, closed, or closed for another reason than before.
    func decide(lags: [String: Int64], gates: [String: Gate], nowMs: Int64) -> [Gate] {
        var changed: [Gate] = []
        for worker in graph.workers {
            if let gate = decide(worker, lags, gates[worker], nowMs) { changed.append(gate) }
        }
        // A gate of a worker that settings have taken away would otherwise stay closed, and be found so when it is back.
        for gate in gates.values.sorted(by: { $0.worker < $1.worker })
        where !gate.isOpen && !graph.workers.contains(gate.worker) && isFree(gate, nowMs) {
            changed.append(Gate(worker: gate.worker, isOpen: true, sinceMs: nowMs))
        }
        return changed
    }

    private func decide(_ worker: String, _ lags: [String: Int64], _ gate: Gate?, _ nowMs: Int64) -> Gate? {
        let behind = graph.dependencies(of: worker).filter { lags[$0.worker, default: 0] > low }
        let waitsFor = behind.flatMap(\.mappings)
        let reason = behind.map { "\($0.worker) lags \(lags[$0.worker, default: 0]) records" }.joined(separator: ", ")
        if gate?.isOpen ?? true {
            guard behind.contains(where: { lags[$0.worker, default: 0] > high }), isFree(gate, nowMs) else {
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
