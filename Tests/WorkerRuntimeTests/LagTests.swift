// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import LocalStack
import Telemetry
import Testing

/// Lag in seconds: from the source time of the oldest record that is not finished.
struct LagTests {
    @Test(.timeLimit(.minutes(5)))
    func aRecordThatWaitsOrLiesBehindAGateIsNotFinished() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker", "product-worker")
            let items = ItemRecord.make(12)
            // The events are of 2026-01-01: everything unfinished is as old as that.
            let age = Double(Timestamp.now() - 1_767_225_600_000) / 1_000 - 60

            try stack.send([items[0].event("c", sequence: 1)])
            try stack.wait(for: "lag of a product that waits for its unit") { lag(stack) > age }
            try stack.send([items[0].unitEvent])
            try stack.wait(for: "no lag of a product that went out") { lag(stack) == 0 }
            try stack.wait(for: "the product") { stack.haveChanges([items[0]], 2) }
            #expect(events(stack) == 1)

            let gate =
                #"{"type":"gate","worker":"product-worker","open":false,"reason":"test","waitsFor":[],"#
                + #""since":"2026-01-01T00:00:00Z"}"#
            try stack.send(Array(gate.utf8), key: Array("gate/product-worker".utf8), to: "sync.control")
            try stack.flush()
            try stack.wait(for: "the closed gate") {
                stack.metric("product-worker", #"sync_gate_open{worker="product-worker"}"#) == 0
            }
            try stack.wait(for: "no lag while nothing is behind the gate") { lag(stack) == 0 }
            try stack.send(items[1...].flatMap { [$0.unitEvent, $0.event("c", sequence: 1)] })
            try stack.wait(for: "lag behind the gate") { lag(stack) > age }
            #expect(events(stack) == 1)

            try stack.send(nil, key: Array("gate/product-worker".utf8), to: "sync.control")
            try stack.flush()
            try stack.wait(for: "no lag when the gate is open") { lag(stack) == 0 }
            try stack.wait(for: "the products behind the gate") { stack.haveChanges(Array(items[1...]), 2) }
            #expect(events(stack) == 12)
        }
    }

    private func lag(_ stack: WorkerStack) -> Double {
        stack.metric("product-worker", #"sync_lag_seconds{worker="product-worker"}"#) ?? -1
    }

    /// Records of the change topics whose effects are committed.
    private func events(_ stack: WorkerStack) -> Double? {
        stack.metric("product-worker", "sync_event_seconds_count")
    }
}
