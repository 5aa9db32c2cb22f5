// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Kafka

/// Reads partitions from their beginning to the end that they had when the reading began.
package struct RecordReader {
    /// How long nothing may arrive before the reading is given up.
    private static let stallLimitMs = 15_000

    private let cluster: Cluster
    private let progress: (_ done: Int64, _ total: Int64) -> Void

    /// Makes a reader; `progress` is told of every record.
    package init(cluster: Cluster, progress: @escaping (_ done: Int64, _ total: Int64) -> Void = { _, _ in }) {
        self.cluster = cluster
        self.progress = progress
    }

    /// Calls the body with every record that is visible to `read_committed` readers now.
    package func readAll(_ partitions: [TopicPartition], _ body: (Message) throws -> Void) throws {
        try read(bounds(of: partitions), body)
    }

    /// The offsets that the partitions have for `read_committed` readers now; those without any are left out.
    package func bounds(of partitions: [TopicPartition]) throws -> [TopicPartition: Range<Int64>] {
        let ends = try cluster.ask { try $0.endOffsets(partitions, isolation: .readCommitted) }
        let starts = try cluster.ask { try $0.beginningOffsets(partitions) }
        var bounds: [TopicPartition: Range<Int64>] = [:]
        for partition in partitions {
            guard let end = ends[partition], let start = starts[partition], start < end else { continue }
            bounds[partition] = start..<end
        }
        return bounds
    }

    /// Calls the body with every committed record within bounds.
    package func read(_ bounds: [TopicPartition: Range<Int64>], _ body: (Message) throws -> Void) throws {
        var next = bounds.mapValues(\.lowerBound)
        var left = bounds.values.reduce(0) { $0 + Int64($1.count) }
        let total = left
        func reached(_ partition: TopicPartition, _ offset: Int64) {
            guard let end = bounds[partition]?.upperBound, let before = next[partition] else { return }
            let now = min(max(offset, before), end)
            left -= now - before
            next[partition] = now
        }
        try read(from: next, .readCommitted) { event in
            switch event {
            case .record(let message):
                let end = bounds[message.topicPartition]?.upperBound ?? 0
                if message.offset < end { try body(message) }
                reached(message.topicPartition, message.offset + 1)
            case .end(let partition, let offset):
                reached(partition, offset)
            }
            progress(total - left, total)
            return left > 0
        }
    }

    /// The record at an offset; nil where retention or compaction has removed it, or it was aborted.
    package func record(
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
    package func firstRecords(at offsets: [TopicPartition: Int64]) throws -> [TopicPartition: Message] {
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
                if cluster.isStopping() { throw InspectionError(.refused, "interrupted") }
            }
        }
        throw InspectionError(.unreachable, "Kafka stopped answering while records were read")
    }
}
