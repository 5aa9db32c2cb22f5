// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Kafka
import SyncModel

/// What other topics say of a record.
extension RecordSearch {
    /// Adds events, outbound changes, what reached the inbox, and dead letters.
    func gather(_ isLate: @escaping () -> Bool, _ report: inout RecordReport) throws {
        let newest = NewestRecords(reader: reader, isLate: isLate)
        var isWhole = true
        for index in report.pairs.indices { try gather(&report.pairs[index], newest, &isWhole) }
        if report.pairs.isEmpty { try gatherStrays(newest, &report, &isWhole) }
        if !isWhole {
            report.caveats.append("The time was not enough to look through all topics; older records may be missing.")
        }
    }

    func gather(_ pair: inout RecordReport.Pair, _ newest: NewestRecords, _ isWhole: inout Bool) throws {
        // Asked for first, so that what comes meanwhile is found by who goes on from there.
        pair.ends = try reader.bounds(of: places(of: pair).map(\.partition)).mapValues(\.upperBound)
        let words = RecordWords()
        let key = pair.glance.pairKey
        // A line without an id of its own travels in its document.
        let id = BytePattern(pair.coupling.document ?? pair.coupling.bc.id)
        let own = BytePattern(key.id)
        let home = pair.glance.partition
        let events = try newest.find(
            in: partitions(of: scope.changeTopics(of: key.mapping)),
            homes: { _ in home },
            limit: limits.records
        ) { message in
            id.isFound(in: message) ? SeenRecord(message, prefix: scope.prefix, what: words.event(message)) : nil
        }
        pair.events = events.items
        let pairKey = Array(key.description.utf8)
        let changes = try newest.find(
            in: partitions(of: [scope.syncTopics.outbound(of: pair.coupling.crm.entity)]),
            homes: { Murmur2.partition(forKey: key.description, count: $0) },
            limit: limits.records
        ) { message -> SeenRecord? in
            guard message.key.map({ $0.elementsEqual(pairKey) }) ?? false else { return nil }
            return SeenRecord(message, prefix: scope.prefix, what: words.change(message))
        }
        pair.changes = changes.items
        isWhole = isWhole && events.isWhole && changes.isWhole
        if let worker = scope.worker(of: key.mapping) {
            let inbox = try newest.find(
                in: partitions(of: [scope.syncTopics.inbox(of: worker)]).filter { $0.partition == home },
                limit: limits.records
            ) { message in
                own.isFound(in: message) ? SeenRecord(message, prefix: scope.prefix, what: words.inbox(message)) : nil
            }
            pair.inbox = inbox.items
            isWhole = isWhole && inbox.isWhole
        }
        try markUnread(&pair)
        let letters = try deadLetters(newest) { id.isFound(in: $0) || own.isFound(in: $0) }
        pair.deadLetters = letters.items
        isWhole = isWhole && letters.isWhole
    }

    /// Marks which of a pair's events and inbox records its worker has not committed.
    func markUnread(_ pair: inout RecordReport.Pair) throws {
        guard let worker = scope.worker(of: pair.glance.pairKey.mapping) else { return }
        try mark(&pair.events, unreadBy: worker)
        try mark(&pair.inbox, unreadBy: worker)
    }

    /// Of a record without a pair: events that name it, whether these were read, and dead letters.
    private func gatherStrays(
        _ newest: NewestRecords,
        _ report: inout RecordReport,
        _ isWhole: inout Bool
    ) throws {
        let query = report.query
        let literal = query.literal
        guard !literal.isEmpty else { return }
        // A natural key is a value of its own, not a part of one.
        let isWholeText = literal.count == query.text.utf8.count && !query.isID
        let pattern = BytePattern(isWholeText ? [UInt8(ascii: "\"")] + literal + [UInt8(ascii: "\"")] : literal)
        let mappings = scope.mappings.filter { query.mapping == nil || $0.name == query.mapping }
        let topics = mappings.changeTopics.map { scope.prefix + $0 }
        let words = RecordWords()
        let home = { (count: Int32) in Murmur2.partition(forKey: query.text.lowercased(), count: count) }
        let events = try newest.find(
            in: partitions(of: topics),
            homes: query.isID ? home : nil,
            limit: limits.records
        ) { message in
            pattern.isFound(in: message) ? SeenRecord(message, prefix: scope.prefix, what: words.event(message)) : nil
        }
        report.events = events.items
        for mapping in mappings {
            guard let worker = mapping.worker else { continue }
            let own = [mapping].changeTopics
            var seen = report.events.filter { own.contains($0.topic) }
            try mark(&seen, unreadBy: worker)
            guard let first = seen.first(where: \.isUnread) else { continue }
            report.unread.append(
                RecordReport.Unread(
                    event: first,
                    mapping: mapping.name,
                    worker: worker,
                    obstacle: scope.obstacles.obstacle(of: mapping.name)
                )
            )
        }
        let letters = try deadLetters(newest) { pattern.isFound(in: $0) }
        report.deadLetters = letters.items
        isWhole = isWhole && events.isWhole && letters.isWhole
    }

    private func deadLetters(
        _ newest: NewestRecords,
        _ isMeant: (Message) -> Bool
    ) throws -> NewestRecords.Found<DeadLetterGlance> {
        try newest.find(in: partitions(of: [scope.syncTopics.deadLetters]), limit: limits.records) {
            isMeant($0) ? DeadLetterGlance($0) : nil
        }
    }

    /// The partitions of those topics that there are: of one that is missing, 'syncctl topics check' tells.
    private func partitions(of topics: [String]) -> [TopicPartition] {
        topics.flatMap { topic in
            (0..<(cluster.partitionCounts[topic] ?? 0)).map { TopicPartition(topic, $0) }
        }
    }

    /// Marks what a worker's group has not committed.
    private func mark(_ records: inout [SeenRecord], unreadBy worker: String) throws {
        guard !records.isEmpty else { return }
        let partitions = Set(records.map { TopicPartition(scope.prefix + $0.topic, $0.partition) })
        let committed = try cluster.ask { try $0.groupOffsets(scope.prefix + worker, Array(partitions)) }
        for index in records.indices {
            let record = records[index]
            let offset = committed[TopicPartition(scope.prefix + record.topic, record.partition)].flatMap { $0 } ?? 0
            records[index].isUnread = record.offset >= offset
        }
    }
}

extension BytePattern {
    /// Whether the text occurs in a record's key or value.
    func isFound(in message: Message) -> Bool {
        message.value.map { isFound(in: $0) } ?? false || message.key.map { isFound(in: $0) } ?? false
    }
}
