// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SimulatedKafka
import SyncEngine
import Telemetry
import Testing

@testable import WorkerRuntime

/// A partition that is assigned and gives nothing, on a simulated cluster.
struct SilentPartitionTests {
    /// Everything in order, but for the next start of one partition.
    private final class LostStart: SimulatedCourse {
        var partition: TopicPartition?
        private(set) var starts = 0

        func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome { .answered }

        func choose(_ count: Int) -> Int { 0 }

        func losesStart(of partition: TopicPartition) -> Bool {
            starts += 1
            guard partition == self.partition else { return false }
            self.partition = nil
            return true
        }
    }

    private static let events = TopicPartition("bc.changes.currencies", 1)

    /// Lets the worker work for so many simulated seconds.
    private func run(_ worker: Worker, _ scene: SimulatedScene, seconds: Int64) throws {
        let end = scene.cluster.now + seconds * 1_000
        while scene.cluster.now < end { try worker.step() }
    }

    @Test func aPartitionThatGivesNothingIsAssignedAnew() throws {
        let course = LostStart()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        try run(worker, scene, seconds: 5)
        course.partition = Self.events
        try worker.readOn(closed: [])
        try #require(course.partition == nil)
        scene.send(20)
        let end = scene.cluster.end(of: Self.events)
        try #require(end > 3)

        try run(worker, scene, seconds: 20)
        #expect(worker.positions()[Self.events] == 0, "not read")
        try run(worker, scene, seconds: 60)
        #expect(worker.positions()[Self.events] == end)
        #expect(worker.telemetry.silentPartitions.with().value == 1)
    }

    @Test func aSilentChangelogIsReadAnew() throws {
        let course = LostStart()
        let scene = try SimulatedScene(course)
        let first = try scene.start("first")
        scene.send(20)
        try run(first, scene, seconds: 5)
        try first.stop()
        course.partition = TopicPartition("sync.couplings.reference-worker", 0)
        let second = try scene.start("second")
        try run(second, scene, seconds: 20)
        #expect(second.engine.ownedPartitions.isEmpty, "what was written before is not known")
        try run(second, scene, seconds: 60)
        #expect(second.engine.ownedPartitions == [0, 1])
        #expect(second.telemetry.silentPartitions.with().value == 1)
    }

    /// What an assignment had to say may be read when the next one has begun and something is committed.
    @Test func anErrorOfAnEarlierAssignmentStopsNothing() throws {
        let course = LostStart()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        scene.send(20)
        try run(worker, scene, seconds: 5)
        let gone = KafkaError(code: -140, operation: "poll", partition: Self.events)
        try #require(gone.isOffsetGone && worker.committed[Self.events] != nil)
        try worker.note(gone)
        #expect(worker.stopped.isEmpty)
        scene.send(20)
        try run(worker, scene, seconds: 5)
        #expect(worker.positions()[Self.events] == scene.cluster.end(of: Self.events))

        worker.committed[Self.events] = 1_000_000
        try worker.note(gone)
        #expect(worker.stopped == [Self.events], "what was committed is not there")
    }

    @Test func partitionsAtRestOrClosedAreLeftAlone() throws {
        let course = LostStart()
        let scene = try SimulatedScene(course)
        let worker = try scene.start("first")
        scene.send(20)
        try run(worker, scene, seconds: 5)
        try worker.readOn(closed: [Self.events])
        scene.send(20)
        try run(worker, scene, seconds: 5)
        let starts = course.starts
        try run(worker, scene, seconds: 300)
        #expect(course.starts == starts)
        #expect(worker.telemetry.silentPartitions.with().value == 0)
    }
}
