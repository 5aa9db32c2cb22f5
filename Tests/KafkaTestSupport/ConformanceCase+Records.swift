// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

extension ConformanceCase {
    static let recordCases = [
        ConformanceCase("null and empty keys and values stay apart") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let contents: [[UInt8]?] = [nil, [], [0], Array("text".utf8)]
            let producer = try bench.producer()
            defer { producer.close() }
            for key in contents {
                for value in contents {
                    try producer.produce(topic: partition.topic, partition: partition.partition, key: key, value: value)
                }
            }
            try producer.flush(timeoutMs: 30_000)
            let read = try bench.contents([partition])
            try expect(read.map(\.key), equals: contents.flatMap { key in contents.map { _ in key } }, "keys")
            try expect(read.map(\.value), equals: contents.flatMap { _ in contents }, "values")
            try expect(read.map(\.offset), equals: Array(0..<16), "offsets")
        },
        ConformanceCase("headers keep order, repetition, null and empty values") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let headers = [
                Header("b", "1"), Header("a", nil), Header("b", []), Header("ü", [0, 255]), Header("b", "2"),
            ]
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.produce(to: partition, headers: headers)
            try producer.produce(to: partition)
            try producer.flush(timeoutMs: 30_000)
            let read = try bench.contents([partition])
            try expect(read.map(\.headers), equals: [headers, []], "headers")
        },
        ConformanceCase("the producer's timestamp arrives") { bench in
            let partition = TopicPartition(try bench.topic(), 0)
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.produce(to: partition, timestampMs: 1_767_225_600_000)
            try producer.flush(timeoutMs: 30_000)
            let read = try bench.contents([partition])
            try expect(read.map(\.timestampMs), equals: [1_767_225_600_000], "timestamp")
        },
        ConformanceCase("keys lie where Java's producer puts them") { bench in
            let topic = try bench.topic(partitions: 6)
            let keys = (0..<60).map { "key-\($0)" }
            let producer = try bench.producer()
            defer { producer.close() }
            for key in keys {
                try Array(key.utf8).withUnsafeBytes {
                    try producer.produce(to: TopicPartition(topic, -1), key: $0)
                }
            }
            try producer.flush(timeoutMs: 30_000)
            let read = try bench.contents((0..<6).map { TopicPartition(topic, $0) })
            try expect(read.count, equals: keys.count, "records")
            for message in read {
                let key = String(decoding: message.key ?? [], as: UTF8.self)
                try expect(
                    message.origin.partition,
                    equals: Murmur2.partition(forKey: key, count: 6),
                    "partition of \(key)"
                )
            }
        },
        ConformanceCase("a delivery that fails is thrown by flush") { bench in
            let topic = try bench.topic(partitions: 1)
            let producer = try bench.producer()
            defer { producer.close() }
            try producer.produce(to: TopicPartition(topic, 7))
            do {
                try producer.flush(timeoutMs: 30_000)
            } catch let error as KafkaError {
                try expect(error.partition, equals: TopicPartition(topic, 7), "partition of \(error)")
                return
            }
            throw ConformanceFailure("A record for a partition that does not exist was taken.")
        },
    ]
}
