// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

extension ConformanceCase {
    static let adminCases = [
        ConformanceCase("metadata lists topics with their partition counts", needs: [.wholeClients]) { bench in
            let topic = try bench.topic(partitions: 3)
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            try expect(admin.isReachable(timeoutMs: 10_000), "reachable")
            try expect(try admin.topics(timeoutMs: 10_000)[topic], equals: 3, "partitions")
        },
        ConformanceCase("end and beginning of many partitions are told", needs: [.wholeClients]) { bench in
            let topic = try bench.topic(partitions: 3)
            let partitions = (0..<3).map { TopicPartition(topic, $0) }
            try bench.fill(partitions[1], ["a", "b"])
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            try expect(
                try admin.endOffsets(partitions, isolation: .readCommitted),
                equals: [partitions[0]: 0, partitions[1]: 2, partitions[2]: 0],
                "ends"
            )
            try expect(
                try admin.beginningOffsets(partitions),
                equals: [partitions[0]: 0, partitions[1]: 0, partitions[2]: 0],
                "beginnings"
            )
        },
        ConformanceCase("an open transaction holds back the last stable offset", needs: [.stableOffsets]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            try bench.fill(partition, ["a"])
            let producer = try bench.transactional("p")
            defer { producer.close() }
            try producer.begin()
            try producer.send("pending", to: partition)
            try bench.waitForEnd(of: partition, atLeast: 2)
            let admin = try bench.admin()
            defer { admin.close() }
            try expect(
                try admin.endOffsets([partition], isolation: .readCommitted, timeoutMs: 10_000),
                equals: [partition: 1],
                "last stable offset"
            )
            try producer.abort(timeoutMs: 30_000)
        },
        ConformanceCase("the first offset since a time is told", needs: [.admin]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let producer = try bench.producer()
            defer { producer.close() }
            for time: Int64 in [1_767_225_600_000, 1_767_225_700_000] {
                try producer.produce(to: partition, timestampMs: time)
            }
            try producer.flush(timeoutMs: 30_000)
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            try expect(try admin.offsets([partition], sinceMs: 1_767_225_600_001), equals: [partition: 1], "second")
            try expect(try admin.offsets([partition], sinceMs: 1_767_225_700_001), equals: [partition: 2], "behind all")
        },
        ConformanceCase("topics are created, described and altered", needs: [.admin]) { bench in
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            let topic = "\(bench.name).made"
            let new = Admin.NewTopic(
                topic,
                partitions: 2,
                configuration: ["cleanup.policy": "compact", "retention.ms": "60000"]
            )
            try expect(try admin.createTopics([new]), equals: [topic: nil], "creation")
            let again = try admin.createTopics([new])[topic, default: nil]
            try expect(again?.name, equals: "TOPIC_ALREADY_EXISTS", "creation again")
            try admin.alterTopicConfiguration(topic, ["retention.ms": "120000"])
            // Compared in a loop: a broker serves settings from what it has caught up with.
            let settings = try waitUntil(within: .seconds(30), "the altered setting") {
                let settings = try admin.topicConfiguration([topic])[topic, default: [:]]
                return settings["retention.ms"] == "120000" ? settings : nil
            }
            try expect(settings["cleanup.policy"], equals: "compact", "the setting that was not altered")
            try expect(settings["segment.bytes"] != nil, "defaults are told")
        },
        ConformanceCase("a topic that does not exist is named", needs: [.admin]) { bench in
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            do {
                _ = try admin.topicConfiguration(["\(bench.name).missing"])
                throw ConformanceFailure("A topic that does not exist was described.")
            } catch let error as KafkaError {
                try expect(error.name, equals: "UNKNOWN_TOPIC_OR_PART", "code")
                try expect(error.partition?.topic, equals: "\(bench.name).missing", "topic")
            }
        },
        ConformanceCase("groups are listed and described, their lag is end minus offset", needs: [.admin]) { bench in
            let (member, partition) = try bench.memberAtEnd(of: ["a", "b", "c"])
            let admin = try bench.wholeAdmin()
            defer { admin.close() }
            try member.consumer.commit([partition: 1])
            let described = try admin.describeGroup(bench.name)
            try expect(described.state, equals: .stable, "state")
            try expect(described.members.map(\.assignment), equals: [[partition]], "assignment")
            try expect(described.members.map(\.id), equals: [member.consumer.memberID], "member")
            try expect(try admin.groups().contains(bench.name), "the group is listed")
            let committed = try admin.groupOffsets(bench.name, nil)
            try expect(committed, equals: [partition: 1], "committed")
            let end = try admin.endOffsets([partition], isolation: .readCommitted)[partition, default: 0]
            try expect(end - (committed[partition, default: nil] ?? 0), equals: 2, "lag")
            member.consumer.close()
            try waitUntil(within: .seconds(30), "the group to be empty") {
                try admin.describeGroup(bench.name).state == .empty ? () : nil
            }
            try admin.alterGroupOffsets(bench.name, [partition: 3])
            try expect(try admin.groupOffsets(bench.name, [partition]), equals: [partition: 3], "altered")
            try expect(try admin.describeGroup("\(bench.name)-missing").state, equals: .dead, "a group that is not")
        },
    ]
}
