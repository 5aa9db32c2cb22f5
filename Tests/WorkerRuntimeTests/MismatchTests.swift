// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SimulatedKafka
import SyncEngine
import Testing

@testable import WorkerRuntime

/// An assignment whose partition numbers do not go together, on a simulated cluster.
struct MismatchTests {
    private final class InOrder: SimulatedCourse {
        func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome { .answered }

        func choose(_ count: Int) -> Int { 0 }
    }

    private static let topic = "bc.changes.currencies"

    /// Lets the worker work for so many simulated seconds.
    private func run(_ worker: Worker, _ scene: SimulatedScene, seconds: Int64) throws {
        let end = scene.cluster.now + seconds * 1_000
        while scene.cluster.now < end { try worker.step() }
    }

    @Test func aTopicThatWasGivenMorePartitionsIsNamedAtOnce() throws {
        let course = InOrder()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        try run(worker, scene, seconds: 5)
        try #require(worker.engine.ownedPartitions == [0, 1])
        scene.cluster.makeTopic(Self.topic, partitions: 3)
        // What the group gives its only member once it has heard of the new partition.
        let all = worker.assigned + [TopicPartition(Self.topic, 2)]
        worker.rebalanced(.revoked(worker.assigned))
        worker.rebalanced(.assigned(all))
        #expect {
            try run(worker, scene, seconds: 2)
        } throws: { error in
            guard case .partitionCount(Self.topic, 3, 2) = error as? WorkerError else { return false }
            return "\(error)".contains("syncctl topics check")
        }
    }

    /// Where the topics are alike, another instance reads other ones; a rebalance may mend it for half a minute.
    @Test func anAssignmentThatDoesNotFitIsWaitedOut() throws {
        let course = InOrder()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        try run(worker, scene, seconds: 5)
        let part = worker.assigned.filter { $0 != TopicPartition(Self.topic, 1) }
        worker.rebalanced(.revoked(worker.assigned))
        worker.rebalanced(.assigned(part))
        try run(worker, scene, seconds: 29)
        #expect {
            try run(worker, scene, seconds: 2)
        } throws: { error in
            guard case .subscriptionsDiffer([Self.topic]) = error as? WorkerError else { return false }
            return true
        }
    }
}
