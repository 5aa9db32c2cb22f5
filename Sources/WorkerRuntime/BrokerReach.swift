// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

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
    private static let part = "kafka"

    private let health: Health
    private let isLostNow = Atomic(false)
    private let isCommitting = Atomic(false)

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
        guard isCommitting.load(ordering: .relaxed) else { return }
        lost("a broker of Kafka that is needed to commit cannot be reached")
    }

    /// A commit is sent, of a transaction or outside of any, and its answer is waited for.
    func commitBegun() {
        isCommitting.store(true, ordering: .relaxed)
    }

    /// The wait for it has ended; one that is committed has been answered.
    func commitEnded(isCommitted: Bool) {
        isCommitting.store(false, ordering: .relaxed)
        if isCommitted, isLost { answered() }
    }

    private func lost(_ reason: String) {
        isLostNow.store(true, ordering: .relaxed)
        health.set(reason: reason, for: Self.part)
    }

    /// A broker has answered.
    func answered() {
        isLostNow.store(false, ordering: .relaxed)
        health.set(reason: nil, for: Self.part)
    }
}
