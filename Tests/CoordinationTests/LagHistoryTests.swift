// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Coordination

@Suite("Lag history")
struct LagHistoryTests {
    @Test("keeps an hour in steps, the peak of each")
    func ring() {
        var history = LagHistory()
        for second in 0..<7_200 {
            let lag = Int64(second % 15 == 7 ? 1_000 + second : 1)
            history.take("w", atMs: 1_000_000_000 + Int64(second) * 1_000, lag: lag, seconds: nil, rate: Double(second))
        }
        let points = history.points["w"] ?? []
        #expect(points.count == LagHistory.capacity)
        #expect(points.allSatisfy { $0.lag > 1_000 && $0.atMs % LagHistory.intervalMs == 0 })
        #expect(zip(points, points.dropFirst()).allSatisfy { $1.atMs - $0.atMs == LagHistory.intervalMs })
        #expect(points.last?.rate == 7_199)
    }

    @Test("keeps the larger of both lags, of workers apart, and stays in order when the clock is set back")
    func points() {
        var history = LagHistory()
        history.take("w", atMs: 15_000, lag: 5, seconds: 9, rate: 1)
        history.take("w", atMs: 16_000, lag: 3, seconds: nil, rate: 2)
        history.take("x", atMs: 16_000, lag: 7, seconds: nil, rate: 0)
        #expect(history.points["w"] == [LagHistory.Point(atMs: 15_000, lag: 5, seconds: 9, rate: 2)])
        history.take("w", atMs: 45_000, lag: 1, seconds: 1, rate: 0)
        history.take("w", atMs: 31_000, lag: 2, seconds: 1, rate: 0)
        #expect(history.points["w"]?.map(\.atMs) == [15_000, 30_000])
        #expect(history.points["x"]?.map(\.lag) == [7])
    }
}
