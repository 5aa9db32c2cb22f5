// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import Testing

@Suite(.serialized)
struct EmbeddedBrokerTests {
    @Test(.timeLimit(.minutes(2)), arguments: ConformanceCase.all(for: [.transactions]))
    func conforms(to testCase: ConformanceCase) throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try testCase.run(on: broker)
    }

    /// librdkafka asks the leader that it once heard of, for minutes.
    @Test(.timeLimit(.minutes(1))) func offsetsAreAskedOfTheNewLeader() throws {
        let broker = try EmbeddedBroker(brokerCount: 2)
        defer { broker.close() }
        try broker.createTopic("moved", partitions: 1, replication: 2)
        let partition = TopicPartition("moved", 0)
        try broker.setLeader(partition, broker: 1)
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        for round in 1...6 {
            try broker.setLeader(partition, broker: Int32(round % 2 + 1))
            let ends = try admin.endOffsets([partition], isolation: .readUncommitted)
            #expect(ends == [partition: 0], "round \(round)")
        }
    }

    /// librdkafka ends the process where a partition is taken away twice before its reading has stopped.
    @Test(.timeLimit(.minutes(1))) func assignmentsMayFollowEachOtherAtOnce() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try broker.createTopic("often", partitions: 12)
        let consumer = try Consumer(configuration: broker.configuration(), group: nil, observer: nil)
        defer { consumer.close() }
        let offsets = Dictionary(uniqueKeysWithValues: (0..<12).map { (TopicPartition("often", $0), Int64(0)) })
        for _ in 0..<300 {
            try consumer.assign(offsets)
            _ = consumer.poll(timeoutMs: 0)
        }
        #expect(consumer.assignment.count == 12)
    }
}
