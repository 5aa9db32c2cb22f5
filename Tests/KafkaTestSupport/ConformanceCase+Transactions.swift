// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

extension ConformanceCase {
    static let transactionCases = [
        ConformanceCase("two producers in turn write in order", needs: [.transactions]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let pair = try bench.pair()
            defer { pair.close() }
            var ids: [String] = []
            for round in 0..<6 {
                let producer = pair.next()
                ids.append(producer.transactionalID)
                try producer.begin()
                try producer.send("\(round)", to: partition)
                try producer.commit(timeoutMs: 30_000)
            }
            try expect(Set(ids).count, equals: 2, "transactional ids")
            try expect(ids[0] != ids[1] && ids[0] == ids[2], "not in turn: \(ids)")
            let read = try bench.contents([partition])
            try expect(read.map(\.text), equals: (0..<6).map { "\($0)" }, "records")
        },
        ConformanceCase("aborted records are hidden", needs: [.hidesAborted]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let producer = try bench.transactional("p")
            defer { producer.close() }
            for (text, commits) in [("kept", true), ("dropped", false), ("kept too", true)] {
                try producer.begin()
                try producer.send(text, to: partition)
                if commits {
                    try producer.commit(timeoutMs: 30_000)
                } else {
                    // Sent, not only queued: otherwise the abort would leave nothing to hide.
                    try bench.waitForEnd(of: partition, atLeast: 3)
                    try producer.abort(timeoutMs: 30_000)
                }
            }
            try expect(try bench.contents([partition]).map(\.text), equals: ["kept", "kept too"], "read_committed")
            try expect(
                try bench.contents([partition], isolation: "read_uncommitted").map(\.text),
                equals: ["kept", "dropped", "kept too"],
                "read_uncommitted"
            )
        },
        ConformanceCase("a second producer of the same id fences the first", needs: [.fencing]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let first = try bench.transactional("same")
            defer { first.close() }
            try first.begin()
            try first.send("from the first", to: partition)
            try bench.waitForEnd(of: partition, atLeast: 1)
            let second = try bench.transactional("same")
            defer { second.close() }
            try second.begin()
            try second.send("from the second", to: partition)
            try second.commit(timeoutMs: 30_000)
            do {
                try first.commit(timeoutMs: 30_000)
                throw ConformanceFailure("The first producer committed after the second had begun.")
            } catch let error as KafkaError {
                try expect(error.disposition, equals: .fenced, "disposition of \(error)")
                try expect(first.isFatal, "a fenced producer is of no more use")
            }
            try expect(try bench.contents([partition]).map(\.text), equals: ["from the second"], "records")
        },
        ConformanceCase("a rebuilt pair ends what it left open", needs: [.fencing, .hidesAborted]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let pair = try bench.pair(["transaction.timeout.ms": "60000"])
            defer { pair.close() }
            let abandoned = pair.next()
            try abandoned.begin()
            try abandoned.send("left open", to: partition)
            try bench.waitForEnd(of: partition, atLeast: 1)
            try pair.rebuild(timeoutMs: 30_000)
            let producer = pair.next()
            try producer.begin()
            try producer.send("after", to: partition)
            try producer.commit(timeoutMs: 30_000)
            try expect(try bench.contents([partition]).map(\.text), equals: ["after"], "records")
        },
        ConformanceCase("an oversized record fails its transaction", needs: [.transactions]) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let producer = try bench.transactional("p")
            defer { producer.close() }
            try producer.begin()
            let bytes = [UInt8](repeating: 0, count: 9 * 1024 * 1024)
            do {
                try bytes.withUnsafeBytes { try producer.produce(to: partition, value: $0) }
                throw ConformanceFailure("9 MiB were taken.")
            } catch let error as KafkaError {
                try expect(error.disposition, equals: .permanent, "disposition of \(error)")
            }
            try producer.abort(timeoutMs: 30_000)
            try producer.begin()
            try producer.send("small", to: partition)
            try producer.commit(timeoutMs: 30_000)
            try expect(try bench.contents([partition]).last?.text, equals: "small", "record after it")
        },
        ConformanceCase("offsets go with their transaction", needs: [.transactionalOffsets]) { bench in
            let (member, partition) = try bench.memberAtEnd(of: ["a", "b", "c"])
            let producer = try bench.transactional("p")
            try producer.begin()
            try producer.sendOffsets([partition: 1], metadata: member.consumer.groupMetadata(), timeoutMs: 30_000)
            try producer.commit(timeoutMs: 30_000)
            try producer.begin()
            try producer.sendOffsets([partition: 3], metadata: member.consumer.groupMetadata(), timeoutMs: 30_000)
            try producer.abort(timeoutMs: 30_000)
            producer.close()
            member.consumer.close()
            let next = try Member(bench.member(), [partition.topic])
            defer { next.consumer.close() }
            try expect(try next.consumer.readToEnd(of: [partition]).map(\.text), equals: ["b", "c"], "records")
        },
        ConformanceCase("an outdated generation's offsets are refused", needs: [.generations]) { bench in
            let (first, partition) = try bench.memberAtEnd(of: ["a", "b"])
            let outdated = try first.consumer.groupMetadata()
            let second = try Member(bench.member(), [partition.topic])
            defer {
                first.consumer.close()
                second.consumer.close()
            }
            try waitUntil(within: .seconds(60), "a rebalance at the first member") {
                first.step()
                second.step()
                return first.log.count >= 3 ? () : nil
            }
            let producer = try bench.transactional("p")
            defer { producer.close() }
            try producer.begin()
            try producer.send("must stay hidden", to: partition)
            do {
                try producer.sendOffsets([partition: 2], metadata: outdated, timeoutMs: 30_000)
                throw ConformanceFailure("Offsets of an outdated generation were taken.")
            } catch let error as KafkaError {
                try expect(error.disposition, equals: .abortable, "disposition of \(error)")
            }
            try producer.abort(timeoutMs: 30_000)
            try producer.begin()
            try producer.commit(timeoutMs: 30_000)
            try expect(try bench.contents([partition]).map(\.text), equals: ["a", "b"], "records")
        },
        ConformanceCase(
            "a killed broker comes back with what was committed",
            needs: [.restart, .transactionalOffsets, .hidesAborted]
        ) { bench in
            let (member, partition) = try bench.memberAtEnd(of: ["a", "b", "c"])
            let producer = try bench.transactional("p", ["transaction.timeout.ms": "60000"])
            defer { producer.close() }
            try producer.begin()
            try producer.send("committed", to: partition)
            try producer.sendOffsets([partition: 2], metadata: member.consumer.groupMetadata(), timeoutMs: 30_000)
            try producer.commit(timeoutMs: 30_000)
            try producer.begin()
            try producer.send("left open", to: partition)
            try bench.waitForEnd(of: partition, atLeast: 5)
            member.consumer.close()
            try bench.cluster.killAndRestart()
            // The producer that lived through it is replaced, as a worker does after an indefinite error.
            let next = try bench.transactional("p")
            defer { next.close() }
            try next.begin()
            try next.send("after", to: partition)
            try next.commit(timeoutMs: 30_000)
            let heir = try Member(bench.member(), [partition.topic])
            defer { heir.consumer.close() }
            try expect(
                try heir.consumer.readToEnd(of: [partition], within: .seconds(60)).map(\.text),
                equals: ["c", "committed", "after"],
                "records from the committed offset on"
            )
        },
    ]
}

extension Bench {
    /// Waits until the partition's end, open transactions included, has come this far.
    func waitForEnd(of partition: TopicPartition, atLeast offset: Int64) throws {
        let admin = try admin()
        defer { admin.close() }
        try waitUntil(within: .seconds(30), "offset \(offset) of \(partition)") {
            let ends = try admin.endOffsets([partition], isolation: .readUncommitted, timeoutMs: 10_000)
            return ends[partition, default: 0] >= offset ? () : nil
        }
    }

    /// A member that has read everything in a new topic's one partition.
    func memberAtEnd(of texts: [String]) throws -> (Member, TopicPartition) {
        let partition = TopicPartition(try topic(), 0)
        try fill(partition, texts)
        let member = try Member(self.member(), [partition.topic])
        _ = try member.consumer.readToEnd(of: [partition])
        return (member, partition)
    }
}
