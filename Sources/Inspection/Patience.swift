// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka

/// Asks a broker again while it answers with something that passes by itself: a coordinator that is being loaded, a
/// leader that is being chosen, a topic that was created a moment ago.
struct Patience {
    /// How long is asked again, in milliseconds.
    var limitMs: Int64 = 20_000
    /// The time in milliseconds of a clock that only goes on.
    var now: () -> Int64 = { Int64(ProcessInfo.processInfo.systemUptime * 1_000) }
    /// Waits so many milliseconds.
    var pause: (Int64) -> Void = { Thread.sleep(forTimeInterval: Double($0) / 1_000) }

    /// Whether to give up at once, as somebody wants to end.
    var isStopping: () -> Bool = { false }

    /// Errors that come after the call has waited for its own time; asking again would only double it.
    private static let waitedFor: Set<String> = [
        "_TRANSPORT", "_TIMED_OUT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT_QUEUE",
    ]

    /// Whether an error goes away by itself within moments.
    static func passes(_ error: KafkaError) -> Bool {
        error.disposition == .retriable && !waitedFor.contains(error.name)
    }

    /// Calls the body until it succeeds, or fails with something that does not pass, or the time is over.
    func ask<Answer>(_ body: () throws -> Answer) throws -> Answer {
        let deadline = now() + limitMs
        var wait: Int64 = 50
        while true {
            do {
                return try body()
            } catch let error as KafkaError where Self.passes(error) {
                guard now() + wait < deadline, !isStopping() else { throw error }
                pause(wait)
                wait = min(wait * 2, 1_000)
            }
        }
    }
}
