// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import LocalStack
import Telemetry
import Testing

@testable import WorkerRuntime

/// What `/readyz` says of a worker whose brokers go, and what `/metrics` says before anything happened.
struct ReadinessTests {
    /// Also while a commit waits for its answer.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func aWorkerWithoutABrokerIsNotReady(isBusy: Bool) async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            stack.start("unit-worker")
            let health = try #require(stack.workers["unit-worker"]?.health)
            let item = ItemRecord.make(1)[0]
            try stack.send([item.unitEvent])
            try stack.wait(for: "readiness") { health.reasons.isEmpty }
            if isBusy {
                for item in ItemRecord.make(5_000) {
                    let event = item.event("c", sequence: 1)
                    try stack.send(Array(event.value.utf8), key: event.key.map { Array($0.utf8) }, to: event.topic)
                }
                try stack.wait(for: "an open transaction") {
                    (stack.metric("unit-worker", "sync_transaction_seconds_count") ?? 0) > 1
                }
            }
            try stack.broker.setReachable(false)
            try stack.wait(for: "the lost broker") { health.reasons["kafka"] != nil }
        }
    }

    /// Not with a broker that comes back: librdkafka's asserts that its port is still free, beside a hundred others.
    @Test func aBrokerThatAnswersEndsIt() {
        let health = Health()
        let reach = BrokerReach(health)
        reach.noteFailedConnection()
        #expect(health.reasons.isEmpty, "a connection that nobody needs")
        reach.commitBegun()
        reach.noteFailedConnection()
        reach.commitEnded(isCommitted: false)
        #expect(reach.isLost && health.reasons["kafka"] != nil)
        reach.answered()
        #expect(!reach.isLost && health.reasons.isEmpty)
        reach.commitBegun()
        reach.noteFailedConnection()
        reach.commitEnded(isCommitted: true)
        #expect(!reach.isLost && health.reasons.isEmpty)
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
