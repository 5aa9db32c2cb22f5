// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

extension ConformanceCase {
    static let groupCases = [
        ConformanceCase("a committed offset is where the next member goes on") { bench in
            let topic = try bench.topic()
            let partition = TopicPartition(topic, 0)
            try bench.fill(partition, ["a", "b", "c"])
            let first = try Member(bench.member(), [topic])
            _ = try first.consumer.readToEnd(of: [partition])
            try expect(
                try first.consumer.committed([partition], timeoutMs: 10_000),
                equals: [partition: nil],
                "committed before the commit"
            )
            try first.consumer.commit([partition: 2])
            try expect(
                try first.consumer.committed([partition], timeoutMs: 10_000),
                equals: [partition: 2],
                "committed"
            )
            first.consumer.close()
            try expect(first.log, equals: ["assigned", "revoked"], "rebalances")
            let second = try Member(bench.member(), [topic])
            defer { second.consumer.close() }
            try expect(try second.consumer.readToEnd(of: [partition]).map(\.text), equals: ["c"], "records")
        },
        ConformanceCase("two members get the same partition numbers of two topics") { bench in
            let topics = [try bench.topic("left", partitions: 4), try bench.topic("right", partitions: 4)]
            let first = try Member(bench.member(), topics)
            let second = try Member(bench.member(), topics)
            defer {
                first.consumer.close()
                second.consumer.close()
            }
            try waitUntil(within: .seconds(60), "four partitions for each of two members") {
                first.step()
                second.step()
                return first.assigned.count == 4 && second.assigned.count == 4 ? () : nil
            }
            for member in [first, second] {
                let numbers = topics.map { topic in
                    Set(member.assigned.filter { $0.topic == topic }.map(\.partition))
                }
                try expect(numbers[0], equals: numbers[1], "partition numbers of both topics")
            }
            try expect(first.assigned.isDisjoint(with: second.assigned), "both members own a partition")
            try expect(first.consumer.memberID != nil, "a member has an id")
        },
        ConformanceCase(
            "a commit inside revocation is taken before the partition moves on",
            needs: [.commitInRevocation]
        ) { bench in
            let topic = try bench.topic(partitions: 2)
            let partitions = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
            for partition in partitions { try bench.fill(partition, ["a", "b", "c"]) }
            let first = try Member(bench.member(), [topic])
            _ = try first.consumer.readToEnd(of: partitions)
            first.onRevoked = { consumer, revoked in
                try consumer.commit(Dictionary(uniqueKeysWithValues: revoked.map { ($0, 2) }))
            }
            let second = try Member(bench.member(), [topic])
            defer {
                first.consumer.close()
                second.consumer.close()
            }
            let message = try waitUntil(within: .seconds(60), "a record at the second member") {
                first.step()
                return second.step()
            }
            try expect(first.failures, equals: [], "failures inside revocation")
            try expect(message.text, equals: "c", "the second member's first record")
        },
        ConformanceCase("a member can choose offsets and pause inside assignment") { bench in
            let topic = try bench.topic(partitions: 2)
            let chosen = TopicPartition(topic, 0)
            let paused = TopicPartition(topic, 1)
            try bench.fill(chosen, ["a", "b", "c"])
            try bench.fill(paused, ["p"])
            let member = Member(try bench.member(["auto.offset.reset": "error"]))
            defer { member.consumer.close() }
            member.onAssigned = { consumer, _ in try consumer.pause([paused]) }
            try member.subscribe([topic]) { consumer, partitions in
                let committed = try consumer.committed(partitions, timeoutMs: 10_000)
                try expect(committed, equals: [chosen: nil, paused: nil], "committed")
                return [chosen: 1, paused: Consumer.beginning]
            }
            try expect(try member.consumer.readToEnd(of: [chosen]).map(\.text), equals: ["b", "c"], "chosen")
            try expect(member.failures, equals: [], "failures inside assignment")
            try member.consumer.resume([paused])
            try expect(try member.consumer.readToEnd(of: [paused]).map(\.text), equals: ["p"], "paused")
        },
    ]
}

/// A group member that keeps what its rebalances brought.
final class Member {
    let consumer: any ConsumerClient
    var assigned: Set<TopicPartition> = []
    var log: [String] = []
    var failures: [String] = []
    var onAssigned: (any ConsumerClient, [TopicPartition]) throws -> Void = { _, _ in }
    var onRevoked: (any ConsumerClient, [TopicPartition]) throws -> Void = { _, _ in }

    init(_ consumer: any ConsumerClient) {
        self.consumer = consumer
    }

    convenience init(_ consumer: any ConsumerClient, _ topics: [String]) throws {
        self.init(consumer)
        try subscribe(topics)
    }

    func subscribe(
        _ topics: [String],
        startOffsets: ((any ConsumerClient, [TopicPartition]) throws -> [TopicPartition: Int64])? = nil
    ) throws {
        let choose = startOffsets.map { choose in { [unowned consumer] in try choose(consumer, $0) } }
        try consumer.subscribe(topics, startOffsets: choose) { [unowned self] rebalance in
            do {
                switch rebalance {
                case .assigned(let partitions):
                    log.append("assigned")
                    assigned = Set(partitions)
                    try onAssigned(consumer, partitions)
                case .revoked(let partitions):
                    log.append("revoked")
                    assigned = []
                    try onRevoked(consumer, partitions)
                case .lost:
                    log.append("lost")
                    assigned = []
                }
            } catch {
                failures.append(String(describing: error))
            }
        }
    }

    /// One short poll; a record where one came.
    @discardableResult
    func step() -> RecordedMessage? {
        if case .message(let message) = consumer.poll(timeoutMs: 50) { RecordedMessage(message) } else { nil }
    }
}
