// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Kafka
import SyncModel

/// What has come to the topics of records since they were looked through.
extension RecordSearch {
    /// Records of one partition that are read on; where more have come the ends are looked through anew.
    private static let gapLimit: Int64 = 20_000

    /// What a topic has of a pair.
    enum Kind { case event, change, inbox, deadLetter }

    private struct Want {
        let report: Int
        let pair: Int
        let kind: Kind
        let from: Int64
        let id: BytePattern
        let own: BytePattern
        let pairKey: [UInt8]
    }

    /// Adds what is new to the events, outbound changes, inbox records and dead letters of reports, read all at once.
    ///
    /// - Throws: `KafkaError`, `InspectionError`: where Kafka does not answer; the reports are then as far as they came.
    package func catchUp(_ reports: inout [RecordReport], isLate: @escaping () -> Bool = { false }) throws {
        var bounds: [TopicPartition: Range<Int64>] = [:]
        let places = Set(reports.flatMap(\.pairs).flatMap { self.places(of: $0).map(\.partition) })
        if !places.isEmpty { bounds = try reader.bounds(of: places.sorted()) }
        var wants: [TopicPartition: [Want]] = [:]
        for (number, report) in reports.enumerated() {
            for (index, pair) in report.pairs.enumerated() {
                guard let ends = pair.ends, !Self.isFarBehind(ends, bounds) else {
                    try lookThrough(&reports[number].pairs[index], isLate)
                    continue
                }
                for (kind, partition) in self.places(of: pair) {
                    let want = Want(
                        report: number,
                        pair: index,
                        kind: kind,
                        from: ends[partition] ?? 0,
                        id: BytePattern(pair.coupling.document ?? pair.coupling.bc.id),
                        own: BytePattern(pair.glance.pairKey.id),
                        pairKey: Array(pair.glance.pairKey.description.utf8)
                    )
                    wants[partition, default: []].append(want)
                }
            }
        }
        try readOn(wants, bounds, &reports)
    }

    private func lookThrough(_ pair: inout RecordReport.Pair, _ isLate: @escaping () -> Bool) throws {
        var isWhole = true
        try gather(&pair, NewestRecords(reader: reader, isLate: isLate), &isWhole)
    }

    private static func isFarBehind(
        _ ends: [TopicPartition: Int64],
        _ bounds: [TopicPartition: Range<Int64>]
    ) -> Bool {
        ends.contains { partition, end in (bounds[partition]?.upperBound ?? end) - end > gapLimit }
    }

    private func readOn(
        _ wants: [TopicPartition: [Want]],
        _ bounds: [TopicPartition: Range<Int64>],
        _ reports: inout [RecordReport]
    ) throws {
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for (partition, wants) in wants {
            guard let bounds = bounds[partition], let first = wants.map(\.from).min() else { continue }
            let start = max(first, bounds.lowerBound)
            if start < bounds.upperBound { ranges[partition] = start..<bounds.upperBound }
        }
        try reader.read(ranges) { message in
            for want in wants[message.topicPartition] ?? [] where message.offset >= want.from {
                take(message, want, &reports[want.report].pairs[want.pair])
            }
        }
        for (partition, wants) in wants {
            guard let end = bounds[partition]?.upperBound else { continue }
            for want in wants { reports[want.report].pairs[want.pair].ends?[partition] = end }
        }
        for want in wants.values.joined() where want.kind == .inbox {
            try markUnread(&reports[want.report].pairs[want.pair])
        }
    }

    private func take(_ message: Message, _ want: Want, _ pair: inout RecordReport.Pair) {
        let words = RecordWords()
        func add(_ what: String, to records: inout [SeenRecord]) {
            let record = SeenRecord(message, prefix: scope.prefix, what: what)
            // Between the look at an end and the search from there some were seen already.
            guard !records.contains(where: { $0.place == record.place }) else { return }
            records.append(record)
            records.sort { ($0.timestampMs, $0.offset) < ($1.timestampMs, $1.offset) }
            if records.count > limits.records { records.removeFirst() }
        }
        switch want.kind {
        case .event where want.id.isFound(in: message): add(words.event(message), to: &pair.events)
        case .change where message.key.map { $0.elementsEqual(want.pairKey) } ?? false:
            add(words.change(message), to: &pair.changes)
        case .inbox where want.own.isFound(in: message): add(words.inbox(message), to: &pair.inbox)
        case .deadLetter where want.id.isFound(in: message) || want.own.isFound(in: message):
            let letter = DeadLetterGlance(message)
            guard !pair.deadLetters.contains(where: { $0.place == letter.place }) else { return }
            pair.deadLetters.append(letter)
            if pair.deadLetters.count > limits.records { pair.deadLetters.removeFirst() }
        case .event, .change, .inbox, .deadLetter: return
        }
    }

    /// Where records of a pair lie: in its home partition, and dead letters anywhere.
    func places(of pair: RecordReport.Pair) -> [(kind: Kind, partition: TopicPartition)] {
        let key = pair.glance.pairKey
        let home = pair.glance.partition
        let outbound = scope.syncTopics.outbound(of: pair.coupling.crm.entity)
        let letters = scope.syncTopics.deadLetters
        var places: [(Kind, TopicPartition)] = scope.changeTopics(of: key.mapping).map {
            (.event, TopicPartition($0, home))
        }
        if let count = cluster.partitionCounts[outbound] {
            let partition = Murmur2.partition(forKey: key.description, count: count)
            places.append((.change, TopicPartition(outbound, partition)))
        }
        if let worker = scope.worker(of: key.mapping) {
            places.append((.inbox, TopicPartition(scope.syncTopics.inbox(of: worker), home)))
        }
        places += (0..<(cluster.partitionCounts[letters] ?? 0)).map { (.deadLetter, TopicPartition(letters, $0)) }
        return places.filter { $0.1.partition < cluster.partitionCounts[$0.1.topic] ?? 0 }
    }
}
