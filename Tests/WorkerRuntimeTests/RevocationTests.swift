// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SimulatedKafka
import SyncEngine
import Testing

@testable import WorkerRuntime

/// What a worker does with an open batch when its partitions are taken away, on a simulated cluster.
struct RevocationTests {
    /// Everything in order, but for the next commit.
    private final class NextCommit: SimulatedCourse {
        enum Fault {
            /// Its answer is lost.
            case lostAnswer
            /// Its offsets are the group's at once, and its records committed 20 s later.
            case slowMarkers
        }

        var fault: Fault?
        /// What is chosen next.
        private var choices: [Int] = []

        func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome {
            guard operation == "commit", let fault else { return .answered }
            self.fault = nil
            if fault == .lostAnswer { return .lostAnswer }
            // The coordinator moves after it has written one marker: the last, which is the group's.
            choices = [11, 1, .max, .max]
            return .answered
        }

        func choose(_ count: Int) -> Int {
            guard let next = choices.first, count == 12 || choices.count < 4 else { return 0 }
            choices.removeFirst()
            return min(next, count - 1)
        }
    }

    @Test func aBatchWhoseCommitIsUnknownDoesNotEndTheWorker() throws {
        let course = NextCommit()
        let scene = try SimulatedScene(course)
        let first = try scene.start("first")
        scene.send(2)
        for _ in 0..<20 { try first.step() }
        try #require(first.batch?.events ?? 0 > 0, "an open batch")
        course.fault = .lostAnswer
        let second = try scene.start("second")
        for _ in 0..<20 {
            try second.step()
            try first.step()
        }
        #expect(course.fault == nil, "the commit before the rebalance had no answer")
        scene.send(40)
        for _ in 0..<200 {
            try first.step()
            try second.step()
        }
        let owned = [first, second].map(\.engine.ownedPartitions.count)
        #expect(owned == [1, 1])
        // What was read but for an open batch of less than three is committed.
        for partition: Int32 in 0..<2 {
            let place = TopicPartition("bc.changes.currencies", partition)
            let committed = try #require(scene.cluster.committed("reference-worker")[place])
            #expect(scene.cluster.end(of: place) - committed < 3)
        }
    }

    @Test func anHeirWaitsForCouplingsThatAreNotCommittedYet() throws {
        let course = NextCommit()
        let scene = try SimulatedScene(course)
        let first = try scene.start("first")
        scene.send(2)
        for _ in 0..<20 { try first.step() }
        try #require(first.batch?.events ?? 0 > 0, "an open batch")
        course.fault = .slowMarkers
        let second = try scene.start("second")
        var wasPending = false
        for _ in 0..<2_000 where second.engine.ownedPartitions.isEmpty || first.engine.ownedPartitions.isEmpty {
            try second.step()
            try first.step()
            for worker in [first, second] where course.fault == nil {
                for partition: Int32 in 0..<2 {
                    let couplings = TopicPartition("sync.couplings.reference-worker", partition)
                    let isPending = scene.cluster.end(of: couplings) < scene.cluster.end(of: couplings, isStable: false)
                    wasPending = wasPending || isPending
                    #expect(!isPending || !worker.engine.ownedPartitions.contains(partition))
                }
            }
        }
        #expect(wasPending, "couplings were committed later than their offsets")
        #expect([first, second].map(\.engine.ownedPartitions.count) == [1, 1])
    }
}
