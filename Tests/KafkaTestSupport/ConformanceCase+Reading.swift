// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

extension ConformanceCase {
    static let readingCases = [
        ConformanceCase("the end of a partition is told again after more records") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let reader = try bench.reader()
            defer { reader.close() }
            try reader.assign([partition: Consumer.beginning])
            try expect(try reader.readToEnd(of: [partition]).count, equals: 0, "records of an empty partition")
            try bench.fill(partition, ["a", "b"])
            try expect(try reader.readToEnd(of: [partition]).map(\.text), equals: ["a", "b"], "records")
        },
        ConformanceCase("watermarks tell the first offset and the end") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            try bench.fill(partition, ["a", "b", "c"])
            let reader = try bench.reader()
            defer { reader.close() }
            let marks = try reader.watermarks(partition, timeoutMs: 10_000)
            try expect(marks.low, equals: 0, "low")
            try expect(marks.high, equals: 3, "high")
        },
        ConformanceCase(
            "a seek goes back, and nothing fetched before it comes any more",
            needs: [.wholeClients]
        ) { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            try bench.fill(partition, (0..<100).map(String.init))
            let reader = try bench.wholeReader()
            defer { reader.close() }
            try reader.assign([partition: Consumer.beginning])
            _ = try reader.readToEnd(of: [partition])
            try expect(try reader.position([partition]), equals: [partition: 100], "position")
            try reader.seek([partition: 98], timeoutMs: 10_000)
            try expect(try reader.readToEnd(of: [partition]).map(\.text), equals: ["98", "99"], "after the first seek")
            try reader.seek([partition: 0], timeoutMs: 10_000)
            let first = try reader.next()
            try expect(first.text, equals: "0", "after the second seek")
            try reader.seek([partition: 97], timeoutMs: 10_000)
            try expect(
                try reader.readToEnd(of: [partition]).map(\.offset),
                equals: [97, 98, 99],
                "after the third seek"
            )
        },
        ConformanceCase("a paused partition is silent while others go on") { bench in
            let topic = try bench.topic(partitions: 2)
            let quiet = TopicPartition(topic, 0)
            let busy = TopicPartition(topic, 1)
            try bench.fill(quiet, ["q0", "q1"])
            try bench.fill(busy, ["b0"])
            let reader = try bench.reader()
            defer { reader.close() }
            try reader.assign([quiet: Consumer.beginning, busy: Consumer.beginning])
            try reader.pause([quiet])
            try expect(try reader.readToEnd(of: [busy]).map(\.text), equals: ["b0"], "while paused")
            try bench.fill(busy, ["b1"])
            try expect(try reader.readToEnd(of: [busy]).map(\.text), equals: ["b1"], "still paused")
            try reader.resume([quiet])
            try expect(try reader.readToEnd(of: [quiet]).map(\.text), equals: ["q0", "q1"], "after resuming")
        },
        ConformanceCase("partitions that are assigned anew are read, also those paused or resumed at once") { bench in
            let topic = try bench.topic(partitions: 60)
            let partitions = (0..<60).map { TopicPartition(topic, $0) }
            for partition in partitions { try bench.fill(partition, ["a"]) }
            let reader = try bench.reader()
            defer { reader.close() }
            let (some, others) = (Array(partitions[..<30]), Array(partitions[30...]))
            for _ in 0..<5 {
                try reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) }))
                try reader.pause(some)
                try reader.resume(others)
                let open = try reader.readToEnd(of: others).map(\.text)
                try expect(open, equals: others.map { _ in "a" }, "others than the paused ones")
                try reader.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) }))
                try reader.resume(partitions)
                let all = try reader.readToEnd(of: partitions).map(\.text)
                try expect(all, equals: partitions.map { _ in "a" }, "all")
            }
        },
        ConformanceCase("a removed offset is told with its partition and stops it") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            try bench.fill(partition, ["a"])
            let reader = try bench.reader(["auto.offset.reset": "error"])
            defer { reader.close() }
            try reader.assign([partition: 17])
            let error = try waitUntil(within: .seconds(30), "the error of an offset out of range") {
                if case .error(let error) = reader.poll(timeoutMs: 100) { error } else { nil as KafkaError? }
            }
            try expect(error.name, equals: "_AUTO_OFFSET_RESET", "code")
            try expect(error.partition, equals: partition, "partition")
            try expect(error.disposition, equals: .permanent, "disposition")
        },
    ]
}

extension ConsumerClient {
    /// The next record, whatever else comes before.
    func next(within limit: Duration = .seconds(30)) throws -> RecordedMessage {
        try waitUntil(within: limit, "a record") {
            switch poll(timeoutMs: 100) {
            case .message(let message): return RecordedMessage(message)
            case .error(let error) where error.disposition != .retriable: throw error
            case .error, .partitionEnd, nil: return nil
            }
        }
    }
}
