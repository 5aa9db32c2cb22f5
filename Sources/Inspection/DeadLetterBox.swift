// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka
import SyncModel

/// Reads and replays the records of `sync.dead-letters`.
package struct DeadLetterBox {
    private let cluster: Cluster
    private let prefix: String
    private let reader: RecordReader

    /// Makes the box of an installation whose topic names begin with a prefix; `reader` reads in the same cluster.
    package init(cluster: Cluster, prefix: String, reader: RecordReader) {
        self.cluster = cluster
        self.prefix = prefix
        self.reader = reader
    }

    private var topic: String { SyncTopics(prefix: prefix).deadLetters }

    /// The newest letters that are wanted, oldest first, and how many there are of them.
    package func newest(_ limit: Int, where isWanted: (DeadLetter) -> Bool) throws -> (
        letters: [DeadLetter], count: Int
    ) {
        var letters: [(timestamp: Int64, letter: DeadLetter)] = []
        var count = 0
        try reader.readAll(try cluster.partitions(of: [topic])) { message in
            let letter = DeadLetter(message)
            guard isWanted(letter) else { return }
            count += 1
            letters.append((message.timestampMs, letter))
            // Twice the limit is kept between clean-ups, so that memory stays bounded.
            if limit > 0, letters.count >= 2 * limit + 1_000 { letters = Self.newest(letters, limit) }
        }
        return (Self.newest(letters, limit).map(\.letter), count)
    }

    private static func newest(
        _ letters: [(timestamp: Int64, letter: DeadLetter)],
        _ limit: Int
    ) -> [(timestamp: Int64, letter: DeadLetter)] {
        let sorted = letters.sorted {
            ($0.timestamp, $0.letter.partition, $0.letter.offset) < (
                $1.timestamp, $1.letter.partition, $1.letter.offset
            )
        }
        return limit == 0 ? sorted : Array(sorted.suffix(limit))
    }

    /// The newest letters without their contents, oldest first, from the end backwards, and how many there are about.
    package func glances(_ limit: Int) throws -> (letters: [DeadLetterGlance], count: Int64) {
        let partitions = try cluster.partitions(of: [topic])
        let count = try reader.bounds(of: partitions).values.reduce(0) { $0 + Int64($1.count) }
        let newest = NewestRecords(reader: reader) { false }
        return (try newest.find(in: partitions, limit: limit) { DeadLetterGlance($0) }.items, count)
    }

    /// The letter at a place such as `0:42`.
    package func letter(at place: String) throws -> DeadLetter {
        let parts = place.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]), partition >= 0,
            offset >= 0
        else {
            throw InspectionError(
                .wrongCall,
                "'\(place)' is no place of a dead letter; allowed: partition:offset, such as 0:42"
            )
        }
        guard partition < (try cluster.partitionCount(of: topic)),
            let message = try reader.record(at: offset, of: TopicPartition(topic, partition))
        else { throw InspectionError(.refused, "there is no dead letter at \(place) (any more)") }
        return DeadLetter(message)
    }

    /// Produces the original record again where it came from.
    ///
    /// The partition is the one it had, also for records whose producer placed them by a rule of its own.
    /// - Returns: the topic and partition it went to.
    package func replay(_ letter: DeadLetter) throws -> TopicPartition {
        guard let source = letter.topic, let partition = letter.sourcePartition else {
            throw InspectionError(.refused, "the dead letter at \(letter.place) does not say where it came from")
        }
        guard
            let topic = [source, prefix + source].first(where: {
                isInput($0) && cluster.partitionCounts[$0] != nil
            })
        else {
            throw InspectionError(
                .refused,
                "the dead letter at \(letter.place) came from \(source), which no worker reads"
            )
        }
        let count = try cluster.partitionCount(of: topic)
        let place = TopicPartition(topic, partition)
        guard partition < count else {
            throw InspectionError(
                .refused,
                "\(topic) has \(count) partitions, and the dead letter came from number \(partition)"
            )
        }
        let value = letter.isValueOmitted ? try originalValue(letter, place) : letter.value
        try cluster.produce(topic: topic, partition: partition, key: letter.key, value: value, headers: letter.headers)
        return place
    }

    private func isInput(_ topic: String) -> Bool {
        let topics = SyncTopics(prefix: prefix)
        return topics.member(topic, of: .changes) != nil || topics.member(topic, of: .inbox) != nil
    }

    /// The value of a letter that was too large to carry it.
    private func originalValue(_ letter: DeadLetter, _ place: TopicPartition) throws -> [UInt8]? {
        guard let offset = letter.sourceOffset, let message = try reader.record(at: offset, of: place) else {
            throw InspectionError(
                .refused,
                "the value of the dead letter at \(letter.place) lay at \(letter.origin) and is gone"
            )
        }
        return message.value.map { Array($0) }
    }
}
