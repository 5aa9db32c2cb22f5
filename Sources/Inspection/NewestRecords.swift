// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// Looks for the newest records of some kind from the ends of partitions backwards, in steps that grow.
struct NewestRecords {
    /// Records of each partition in the first step.
    private static let firstStep: Int64 = 4_000

    /// What was found, oldest first.
    struct Found<Item> {
        var items: [Item] = []
        /// There is nothing older that was not looked at, or enough was found.
        var isWhole = true
    }

    private struct TimeIsUp: Error {}

    let reader: RecordReader
    let isLate: () -> Bool

    /// Looks in the partition of each topic that a record's key leads to, and in the others where there are fewer.
    ///
    /// `homes` tells that partition of a topic with so many, nil where it may be any; `item` makes of a record what is to
    /// be kept of it, nil where it is not meant.
    func find<Item>(
        in partitions: [TopicPartition],
        homes: ((Int32) -> Int32)?,
        limit: Int,
        _ item: (Message) -> Item?
    ) throws -> Found<Item> {
        guard let homes else { return try find(in: partitions, limit: limit, item) }
        let counts = Dictionary(grouping: partitions, by: \.topic).mapValues { Int32($0.count) }
        let isHome = { (place: TopicPartition) in place.partition == homes(counts[place.topic] ?? 1) }
        let near = try find(in: partitions.filter(isHome), limit: limit, item)
        guard near.items.count < limit, near.isWhole else { return near }
        let far = try find(in: partitions.filter { !isHome($0) }, limit: limit - near.items.count, item)
        return Found(items: far.items + near.items, isWhole: far.isWhole)
    }

    /// Looks in all partitions at once.
    func find<Item>(in partitions: [TopicPartition], limit: Int, _ item: (Message) -> Item?) throws -> Found<Item> {
        var found: [(timestampMs: Int64, offset: Int64, item: Item)] = []
        var left = try reader.bounds(of: partitions)
        var step = Self.firstStep
        while !left.isEmpty, found.count < limit {
            var ranges: [TopicPartition: Range<Int64>] = [:]
            for (partition, bounds) in left {
                ranges[partition] = max(bounds.lowerBound, bounds.upperBound - step)..<bounds.upperBound
            }
            do {
                try read(ranges) { message in
                    guard let item = item(message) else { return }
                    found.append((message.timestampMs, message.offset, item))
                    // Memory stays bounded however many there are in one step.
                    if found.count >= 2 * limit + 1_000 { found = Self.newest(found, limit) }
                }
            } catch is TimeIsUp {
                return Found(items: Self.newest(found, limit).map(\.item), isWhole: false)
            }
            for (partition, range) in ranges {
                let lower = left[partition]?.lowerBound ?? range.lowerBound
                left[partition] = lower < range.lowerBound ? lower..<range.lowerBound : nil
            }
            step *= 4
        }
        return Found(items: Self.newest(found, limit).map(\.item))
    }

    private func read(_ ranges: [TopicPartition: Range<Int64>], _ body: (Message) -> Void) throws {
        if isLate() { throw TimeIsUp() }
        var count = 0
        try reader.read(ranges) { message in
            body(message)
            count += 1
            if count % 512 == 0, isLate() { throw TimeIsUp() }
        }
    }

    private static func newest<Item>(
        _ found: [(timestampMs: Int64, offset: Int64, item: Item)],
        _ limit: Int
    ) -> [(timestampMs: Int64, offset: Int64, item: Item)] {
        Array(found.sorted { ($0.timestampMs, $0.offset) < ($1.timestampMs, $1.offset) }.suffix(limit))
    }
}
