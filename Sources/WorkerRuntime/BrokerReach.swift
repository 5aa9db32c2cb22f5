// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Kafka
import Synchronization
import Telemetry

/// Whether any broker is in reach, as the clients find; the readiness follows it.
///
/// The client of the events fetches and sends heartbeats all the time, so it notices at once, and tells when it is polled.
/// Not while a commit waits for its answer; then it counts that the client cannot connect, which it tells by a thread of
/// its own. Clients that rest between their calls would not do: a broker closes their connections
/// when these have been idle for long.
final class BrokerReach: Sendable {
    /// How often a broker is looked for while there is none in reach, in milliseconds.
    static let intervalMs: Int64 = 500
    /// A connection that failed so short a time before a commit has failed for it too, in milliseconds: librdkafka tells
    /// the same failure only once in half a minute.
    private static let failureHoldsMs: Int64 = 5_000
    private static let part = "kafka"

    private let health: Health
    private let isLostNow = Atomic(false)
    private let isCommitting = Atomic(false)
    /// When a client could not connect last, in milliseconds of a clock that only goes on; 0: never.
    private let failedAt = Atomic<Int64>(0)

    init(_ health: Health) {
        self.health = health
    }

    /// No broker was in reach when last heard of.
    var isLost: Bool { isLostNow.load(ordering: .relaxed) }

    /// Takes note of an error of the client as a whole.
    func note(_ error: KafkaError) {
        if error.isEveryBrokerDown { lost("no broker of Kafka can be reached") }
    }

    /// Takes note that a client that commits cannot connect to a broker.
    func noteFailedConnection() {
        failedAt.store(Self.uptimeMs, ordering: .relaxed)
        if isCommitting.load(ordering: .relaxed) { lostCommit() }
    }

    private func lostCommit() {
        lost("a broker of Kafka that is needed to commit cannot be reached")
    }

    private static var uptimeMs: Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    /// A commit is sent, of a transaction or outside of any, and its answer is waited for.
    func commitBegun() {
        isCommitting.store(true, ordering: .relaxed)
        let failed = failedAt.load(ordering: .relaxed)
        if failed > 0, Self.uptimeMs - failed < Self.failureHoldsMs { lostCommit() }
    }

    /// The wait for it has ended; one that is committed has been answered.
    func commitEnded(isCommitted: Bool) {
        isCommitting.store(false, ordering: .relaxed)
        guard isCommitted else { return }
        failedAt.store(0, ordering: .relaxed)
        if isLost { answered() }
    }

    private func lost(_ reason: String) {
        isLostNow.store(true, ordering: .relaxed)
        health.set(reason: reason, for: Self.part)
    }

    /// A broker has answered.
    func answered() {
        failedAt.store(0, ordering: .relaxed)
        isLostNow.store(false, ordering: .relaxed)
        health.set(reason: nil, for: Self.part)
    }
}
