// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Telemetry
import Testing

struct LineLimiterTests {
    @Test func oneLineOfAKindInHalfAMinuteAndACountOfTheOthers() {
        let time = Mutex<Int64>(1_000)
        let limiter = LineLimiter { time.withLock { $0 } }
        #expect(limiter.admit("FAIL") == 0)
        for _ in 0..<200 { #expect(limiter.admit("FAIL") == nil) }
        #expect(limiter.admit("SESSTMOUT") == 0)
        time.withLock { $0 += LineLimiter.intervalMs - 1 }
        #expect(limiter.admit("FAIL") == nil)
        time.withLock { $0 += 1 }
        #expect(limiter.admit("FAIL") == 201)
        #expect(limiter.admit("FAIL") == nil)
        time.withLock { $0 += LineLimiter.intervalMs }
        #expect(limiter.admit("FAIL") == 1)
    }

    @Test func aClockThatWasSetBackSilencesNothing() {
        let time = Mutex<Int64>(1_000_000)
        let limiter = LineLimiter { time.withLock { $0 } }
        #expect(limiter.admit("FAIL") == 0)
        time.withLock { $0 = 0 }
        #expect(limiter.admit("FAIL") == 0)
    }
}
