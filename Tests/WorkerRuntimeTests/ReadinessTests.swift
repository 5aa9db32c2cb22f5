// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import LocalStack
import SimulatedKafka
import Telemetry
import Testing

@testable import WorkerRuntime

/// What `/readyz` says of a worker whose brokers go, and what `/metrics` says before anything happened.
struct ReadinessTests {
    /// In a process of its own, whose end needs no broker: a commit of positions that waits for one waits on.
    @Test(.timeLimit(.minutes(5)))
    func aWorkerWithoutABrokerIsNotReady() async throws {
        await #expect(processExitsWith: .success) {
            try await onOwnThread {
                let stack = try WorkerStack()
                stack.start("unit-worker")
                let health = try #require(stack.workers["unit-worker"]?.health)
                try stack.send([ItemRecord.make(1)[0].unitEvent])
                try stack.wait(for: "the event") { stack.metric("unit-worker", "sync_event_seconds_count") == 1 }
                try stack.wait(for: "readiness") { health.reasons.isEmpty }
                try stack.broker.setReachable(false)
                try stack.wait(for: "the lost broker") { health.reasons["kafka"] != nil }
                exit(EXIT_SUCCESS)
            }
        }
    }

    /// Each call of the worker's clients can be met by a broker that cannot be connected to.
    private final class FailingConnections: SimulatedCourse {
        /// Tells that a connection failed, and then what the readiness says.
        var fail: (() -> String?)?
        /// What the readiness first said during a call.
        private(set) var reasons: [String: String?] = [:]

        func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome {
            guard let fail else { return .answered }
            let reason = fail()
            if reasons[operation] == nil { reasons[operation] = .some(reason) }
            guard operation == "commit" else { return .answered }
            self.fail = nil
            return .lost
        }

        func choose(_ count: Int) -> Int { 0 }
    }

    @Test func onlyACommitThatWaitsNeedsItsConnection() throws {
        let course = FailingConnections()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        let health = worker.telemetry.health
        scene.send(2)
        for _ in 0..<20 { try worker.step() }
        try #require(worker.batch?.events ?? 0 > 0, "an open batch")
        let observer = worker.telemetry.transactionsObserver(0)
        course.fail = {
            observer.log(level: 3, facility: "FAIL", message: "connection refused")
            return health.reasons["kafka"]
        }
        scene.send(4)
        for _ in 0..<20 where course.fail != nil { try worker.step() }
        let reason = "a broker of Kafka that is needed to commit cannot be reached"
        for operation in ["poll", "produce"] { #expect(course.reasons[operation] == .some(nil), "\(operation)") }
        for operation in ["send offsets", "commit"] { #expect(course.reasons[operation] == reason, "\(operation)") }
        #expect(health.reasons["kafka"] == reason, "nothing has answered since")
        for _ in 0..<200 where !health.reasons.isEmpty { try worker.step() }
        #expect(health.reasons.isEmpty)
    }

    /// Not with a broker that comes back: librdkafka's asserts that its port is still free, beside a hundred others.
    @Test func aBrokerThatAnswersEndsIt() {
        let health = Health()
        let reach = BrokerReach(health)
        reach.noteFailedConnection()
        #expect(health.reasons.isEmpty, "a connection that nobody needs")
        reach.commitBegun()
        #expect(reach.isLost, "the same failure is not told again for this one")
        reach.commitEnded(isCommitted: true)
        #expect(!reach.isLost)
        reach.commitBegun()
        #expect(!reach.isLost, "it has answered since")
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
