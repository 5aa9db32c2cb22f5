// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

@testable import Inspection

@Suite("Patience with answers that pass by themselves", .timeLimit(.minutes(5)))
struct PatienceTests {
    /// A clock that goes on by the pauses only.
    private final class Time {
        var ms: Int64 = 0
        var pauses: [Int64] = []
        var patience: Patience {
            Patience(
                now: { self.ms },
                pause: {
                    self.ms += $0; self.pauses.append($0)
                }
            )
        }
    }

    @Test(arguments: [14, 16, 6, 5, 3] as [Int32])
    func asksAgainUntilTheBrokerIsReady(code: Int32) throws {
        let time = Time()
        var calls = 0
        let answer = try time.patience.ask {
            calls += 1
            if calls < 4 { throw KafkaError(code: code, operation: "test") }
            return "done"
        }
        #expect(answer == "done")
        #expect(time.pauses == [50, 100, 200])
    }

    @Test func givesUpAfterItsTime() {
        let time = Time()
        #expect(throws: KafkaError.self) {
            try time.patience.ask { throw KafkaError(code: 14, operation: "test") }
        }
        #expect(time.ms <= 20_000 && time.ms > 18_000)
        #expect(time.pauses.max() == 1_000)
    }

    /// Rights, and a broker that is away: the call has waited already.
    @Test(arguments: [29, -195, -185] as [Int32])
    func doesNotAskAgainWhereThatIsInVain(code: Int32) {
        let time = Time()
        #expect(throws: KafkaError.self) {
            try time.patience.ask { throw KafkaError(code: code, operation: "test") }
        }
        #expect(time.pauses.isEmpty)
    }
}
