// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import SeededRandom
import SimulatedKafka
import Testing

/// The simulated cluster keeps the same promises as a real one.
struct SimulatedClusterTests {
    @Test(.timeLimit(.minutes(5)), arguments: ConformanceCase.all(for: SimulatedTestCluster.capabilities))
    func conforms(to testCase: ConformanceCase) throws {
        try testCase.run(on: SimulatedTestCluster(course: CalmCourse()))
    }

    @Test(.timeLimit(.minutes(5)), arguments: ConformanceCase.all(for: SimulatedTestCluster.capabilities))
    func conformsInAnyOrder(to testCase: ConformanceCase) throws {
        for seed: UInt64 in 1...20 {
            do {
                try testCase.run(on: SimulatedTestCluster(course: RandomCourse(seed: seed)))
            } catch {
                Issue.record("\(error) (seed \(seed))")
            }
        }
    }
}

/// Any order that a seed gives, nothing lost.
private final class RandomCourse: SimulatedCourse {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome { .answered }

    func choose(_ count: Int) -> Int { random.below(count) }
}

/// The simulated cluster as the suite runs on it, all clients in one process.
private final class SimulatedTestCluster: TestCluster {
    static let capabilities: Set<Capability> = [
        .transactions, .hidesAborted, .fencing, .transactionalOffsets, .generations, .commitInRevocation,
        .stableOffsets,
    ]

    let bootstrapServers = "simulated"
    let clients: any KafkaClients
    var capabilities: Set<Capability> { Self.capabilities }
    private let cluster: SimulatedCluster
    private let course: any SimulatedCourse
    private let process: SimulatedProcess

    init(course: any SimulatedCourse) {
        self.course = course
        cluster = SimulatedCluster(now: 1_767_225_600_000, course: course)
        process = cluster.makeProcess("tests")
        clients = SimulatedClients(process)
    }

    func makeTopic(_ name: String, partitions: Int32) { cluster.makeTopic(name, partitions: partitions) }

    func killAndRestart() throws { throw ConformanceFailure("The simulated cluster is not restarted.") }
}
