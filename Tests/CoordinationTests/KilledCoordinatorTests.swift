// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SimulatedKafka
import Testing

@testable import Coordination

/// A coordinator killed at each of its calls to Kafka, one run for each: the next one goes on as if nothing had been.
@Suite("A coordinator killed at every stage", .serialized, .timeLimit(.minutes(5)))
struct KilledCoordinatorTests {
    private static let flips = [false, true, false, true]

    /// What has to hold wherever somebody was killed.
    private func judge(_ run: KilledCoordinator, _ stage: KilledCoordinator.Stage?) {
        let place = stage.map { "killed at \($0)" } ?? "nobody killed"
        #expect(run.flips == Self.flips, "\(place)")
        #expect(run.touched == [], "\(place)")
        #expect(run.told.allSatisfy { ["gate/product-worker", "hold/UNIT"].contains($0.key) }, "\(place)")
        // Asked for again where nobody showed it, a hold is written twice at most, and is the same hold.
        let holds = run.holds.map(\.isTombstone)
        #expect(holds.first == false && holds.last == true, "\(place)")
        #expect(holds == holds.filter { !$0 } + holds.filter { $0 }, "\(place)")
        #expect(holds.count <= 3 && (stage != nil || holds.count == 2), "\(place)")
    }

    @Test("the story goes as it should when nobody is killed")
    func undisturbed() throws {
        judge(try KilledCoordinator(), nil)
        judge(try KilledCoordinator(hasStandby: true), nil)
    }

    @Test("and when one is killed at any of its calls", arguments: [false, true])
    func killed(hasStandby: Bool) throws {
        let calls = try KilledCoordinator(hasStandby: hasStandby).calls.filter { $0.coordinator == 0 }
        var stages: Set<String> = []
        var leftClosed = 0
        for stage in calls {
            let run = try KilledCoordinator(killing: [0: stage.call], hasStandby: hasStandby)
            judge(run, stage)
            stages.insert("\(stage.operation) while \(stage.what)")
            if !run.closedAtDeath.isEmpty { leftClosed += 1 }
        }
        #expect(leftClosed > 20, "gates that the next one had to open")
        let wanted = [
            "topics while starting", "poll while starting", "poll while taking over", "end offsets while taking over",
            // Between a decision and its record; and between that record and the next question.
            "produce while active before any gate", "poll while active with a closed gate",
            "produce while active with a closed gate", "produce while active with open gates",
            "group offsets while active before any gate", "group offsets while active with a closed gate",
            "end offsets while active with a closed gate", "end offsets while active with open gates",
        ]
        for stage in wanted { #expect(stages.contains(stage), "\(stages.sorted())") }
        print("\(calls.count) calls, \(stages.count) stages, \(leftClosed) left a closed gate")
    }

    @Test("and when the next one needs many rounds to read what was said before")
    func longControl() throws {
        let calls = try KilledCoordinator(hasHistory: true).calls.filter { $0.coordinator == 0 }
        let closed = calls.filter { $0.what == "active with a closed gate" }
        for (index, stage) in closed.enumerated() where index % 24 == 0 {
            let run = try KilledCoordinator(killing: [0: stage.call], hasHistory: true)
            judge(run, stage)
            #expect(run.calls.contains { $0.coordinator == 1 && $0.what == "taking over" })
        }
        // And one that dies before it has read it.
        for stage in calls.prefix(KilledCoordinator.longHistory) where stage.call % 400 == 0 {
            judge(try KilledCoordinator(killing: [0: stage.call], hasHistory: true), stage)
        }
    }

    @Test("and when its successor is killed too, at any of the calls by which it takes over")
    func killedTwice() throws {
        let first = try KilledCoordinator().calls.first { $0.what == "active with a closed gate" }
        let death = try #require(first).call
        let second = try KilledCoordinator(killing: [0: death]).calls.filter { $0.coordinator == 1 }
        for stage in second.prefix(400) {
            let run = try KilledCoordinator(killing: [0: death, 1: stage.call])
            judge(run, stage)
            #expect(run.starts == 3, "\(stage)")
        }
        #expect(
            Set(second.prefix(400).map(\.what)).isSuperset(of: ["starting", "taking over", "active with a closed gate"])
        )
    }
}
