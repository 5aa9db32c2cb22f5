// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Synchronization
import Telemetry

/// Whether any broker is in reach, as the client of the events finds; the readiness follows it.
///
/// That client fetches and sends heartbeats all the time, so it notices at once. Clients that rest between their calls
/// would not do: a broker closes their connections when these have been idle for long.
final class BrokerReach: Sendable {
    /// How often a broker is looked for while there is none in reach, in milliseconds.
    static let intervalMs: Int64 = 500
    private static let part = "kafka"

    private let health: Health
    private let isLostNow = Atomic(false)

    init(_ health: Health) {
        self.health = health
    }

    /// No broker was in reach when last heard of.
    var isLost: Bool { isLostNow.load(ordering: .relaxed) }

    /// Takes note of an error of the client as a whole.
    func note(_ error: KafkaError) {
        guard error.name == "_ALL_BROKERS_DOWN" else { return }
        isLostNow.store(true, ordering: .relaxed)
        health.set(reason: "no broker of Kafka can be reached", for: Self.part)
    }

    /// A broker has answered.
    func answered() {
        isLostNow.store(false, ordering: .relaxed)
        health.set(reason: nil, for: Self.part)
    }
}

extension Worker {
    /// While no broker is in reach: asks for an answer now and then, since nothing else tells an idle worker of one.
    func lookForBrokers() {
        guard telemetry.reach.isLost, clock() - lastBrokerLook >= BrokerReach.intervalMs else { return }
        defer { lastBrokerLook = clock() }
        do {
            if let partition = assigned.first {
                _ = try consumer.watermarks(partition, timeoutMs: 200)
            } else {
                _ = try admin.topics(timeoutMs: 200)
            }
            telemetry.reach.answered()
        } catch let error as KafkaError where error.disposition != .retriable {
            telemetry.reach.answered()  // A refusal is an answer.
        } catch {}
    }
}
