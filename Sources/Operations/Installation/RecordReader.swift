// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Kafka

/// Reads partitions from their beginning to the end that they had when the reading began.
struct RecordReader {
    /// How long nothing may arrive before the reading is given up.
    private static let stallLimitMs = 15_000

    let cluster: Cluster
    let progress: ProgressLine

    /// Calls the body with every record that is visible to `read_committed` readers now.
    func readAll(_ partitions: [TopicPartition], _ body: (Message) throws -> Void) throws {
        let ends = try cluster.ask { try $0.endOffsets(partitions, isolation: .readCommitted) }
        let starts = try cluster.ask { try $0.beginningOffsets(partitions) }
        var next: [TopicPartition: Int64] = [:]
        for partition in partitions {
            guard let end = ends[partition], let start = starts[partition], start < end else { continue }
            next[partition] = start
        }
        let total = next.reduce(0) { $0 + (ends[$1.key] ?? 0) - $1.value }
        try read(from: next, .readCommitted) { event in
            switch event {
            case .record(let message):
                let end = ends[message.topicPartition] ?? 0
                if message.offset < end { try body(message) }
                next[message.topicPartition] = message.offset + 1
            case .end(let partition, let offset):
                next[partition] = max(next[partition] ?? 0, offset)
            }
            let left = next.reduce(0) { $0 + max(0, (ends[$1.key] ?? 0) - $1.value) }
            progress.show(done: total - left, of: total)
            return left > 0
        }
        progress.clear()
    }

    /// The record at an offset; nil where retention or compaction has removed it, or it was aborted.
    func record(
        at offset: Int64,
        of partition: TopicPartition,
        _ isolation: Admin.Isolation = .readCommitted
    ) throws -> Message? {
        let ends = try cluster.ask { try $0.endOffsets([partition], isolation: isolation) }
        let starts = try cluster.ask { try $0.beginningOffsets([partition]) }
        guard offset >= starts[partition] ?? 0, offset < ends[partition] ?? 0 else { return nil }
        var found: Message?
        try read(from: [partition: offset], isolation) { event in
            if case .record(let message) = event, message.offset == offset { found = message }
            return false
        }
        return found
    }

    /// The first record at or behind each offset; none where nothing lies there any more.
    func firstRecords(at offsets: [TopicPartition: Int64]) throws -> [TopicPartition: Message] {
        var found: [TopicPartition: Message] = [:]
        var left = Set(offsets.keys)
        try read(from: offsets, .readUncommitted) { event in
            switch event {
            case .record(let message):
                if left.remove(message.topicPartition) != nil { found[message.topicPartition] = message }
            case .end(let partition, _):
                left.remove(partition)
            }
            return !left.isEmpty
        }
        return found
    }

    private enum Event {
        case record(Message)
        case end(TopicPartition, offset: Int64)
    }

    /// Reads until the body returns false.
    private func read(
        from offsets: [TopicPartition: Int64],
        _ isolation: Admin.Isolation,
        _ body: (Event) throws -> Bool
    ) throws {
        if offsets.isEmpty { return }
        let consumer = try cluster.makeReader(isolation)
        defer { consumer.close() }
        try consumer.assign(offsets)
        var idleMs = 0
        while idleMs < Self.stallLimitMs {
            switch consumer.poll(timeoutMs: 100) {
            case .message(let message):
                idleMs = 0
                guard try body(.record(message)) else { return }
            case .partitionEnd(let partition, let offset):
                guard try body(.end(partition, offset: offset)) else { return }
            case .error(let error):
                if error.disposition != .retriable { throw error }
            case nil:
                idleMs += 100
                if TerminationSignals.isRequested { throw CommandError("interrupted", .no) }
            }
        }
        throw CommandError("Kafka stopped answering while records were read", .unreachable)
    }
}
