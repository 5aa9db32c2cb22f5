// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// One record as it lies in a partition.
public struct LogRecord {
    /// Its offset.
    public let offset: Int64
    /// Its key; nil is null.
    public let key: [UInt8]?
    /// Its value; nil is null.
    public let value: [UInt8]?
    /// Its headers.
    public let headers: [Header]
    /// Its time in milliseconds since 1970.
    public let timestampMs: Int64
    /// How many records of all partitions had come before it.
    public let arrival: Int
    let transaction: SimulatedTransaction?
    let isMarker: Bool

    /// Whether a reader gets it that hides what is not committed.
    var isCommitted: Bool { !isMarker && (transaction == nil || transaction?.outcome == .committed) }
}

/// A partition: records in order, transactions that are open in it, and the end that they hold back.
final class PartitionLog {
    private(set) var records: [LogRecord] = []
    private(set) var end: Int64 = 0
    private let arrivals: Arrivals
    private var open: [(transaction: SimulatedTransaction, first: Int64)] = []

    init(_ arrivals: Arrivals) { self.arrivals = arrivals }

    /// The last stable offset.
    var stableEnd: Int64 { open.first?.first ?? end }

    func append(_ record: PendingRecord, in transaction: SimulatedTransaction?, at now: Int64) {
        if let transaction, !open.contains(where: { $0.transaction === transaction }) {
            open.append((transaction, end))
        }
        records.append(
            LogRecord(
                offset: end,
                key: record.key,
                value: record.value,
                headers: record.headers,
                timestampMs: record.timestampMs ?? now,
                arrival: arrivals.next(),
                transaction: transaction,
                isMarker: false
            )
        )
        end += 1
    }

    /// Ends a transaction in this partition.
    func mark(_ transaction: SimulatedTransaction, at now: Int64) {
        open.removeAll { $0.transaction === transaction }
        records.append(
            LogRecord(
                offset: end,
                key: nil,
                value: nil,
                headers: [],
                timestampMs: now,
                arrival: arrivals.next(),
                transaction: transaction,
                isMarker: true
            )
        )
        end += 1
    }

    /// The index of the first record at this offset or behind it.
    func index(of offset: Int64) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first record from this offset on that a reader gets, below its end.
    func next(from offset: Int64, committedOnly: Bool) -> LogRecord? {
        let limit = committedOnly ? stableEnd : end
        var index = index(of: offset)
        while index < records.count, records[index].offset < limit {
            let record = records[index]
            if committedOnly ? record.isCommitted : !record.isMarker { return record }
            index += 1
        }
        return nil
    }

    /// Keeps the newest record of each key, and drops what was aborted; nothing from the last stable offset on.
    func compact() {
        var newest: [[UInt8]: Int64] = [:]
        let limit = min(stableEnd, end - 1)
        for record in records where record.offset < limit && record.isCommitted {
            if let key = record.key { newest[key] = record.offset }
        }
        records.removeAll { record in
            guard record.offset < limit else { return false }
            guard record.isCommitted, let key = record.key else { return true }
            return newest[key] != record.offset
        }
    }
}

/// Counts the records of a cluster.
final class Arrivals {
    private var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}

/// A record on its way.
struct PendingRecord {
    var partition: TopicPartition
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]
    var timestampMs: Int64?
}
