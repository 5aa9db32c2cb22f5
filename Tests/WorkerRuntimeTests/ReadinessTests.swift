// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import LocalStack
import Telemetry
import Testing

/// What `/readyz` says of a worker whose brokers go and come back, and what `/metrics` says before anything happened.
struct ReadinessTests {
    @Test(.timeLimit(.minutes(5)))
    func aWorkerWithoutABrokerIsNotReady() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker")
            let health = try #require(stack.workers["unit-worker"]?.health)
            let item = ItemRecord.make(1)[0]
            try stack.send([item.unitEvent])
            try stack.wait(for: "readiness") { health.reasons.isEmpty }
            try stack.broker.setReachable(false)
            try stack.wait(for: "the lost broker") { health.reasons["kafka"] != nil }
            try stack.broker.setReachable(true)
            try stack.wait(for: "readiness again") { health.reasons.isEmpty }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aCountOfWhatGoesWrongBeginsAtZero() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker")
            try stack.wait(for: "the series") {
                stack.metric("unit-worker", #"sync_dead_letters_total{class="malformed"}"#) == 0
            }
        }
    }
}
