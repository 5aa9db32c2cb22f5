// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// A Kafka in memory on one thread: what is left open there, a course decides here.
///
/// Partitions with last stable offsets and aborted records, transactions whose markers arrive one after the other,
/// producer epochs, groups with generations, static members and session time-outs, offsets that go with their
/// transaction, compaction. Time passes only where somebody waits.
public final class SimulatedCluster {
    /// Decides what is open.
    public unowned var course: any SimulatedCourse
    /// Tells the time to whoever may not hold the cluster.
    public let clock: SimulatedClock
    private var logs: [String: [PartitionLog]] = [:]
    private let arrivals = Arrivals()
    private var compacted: [String] = []
    private var groups: [SimulatedGroup] = []
    private var transactionalIDs: [String: TransactionalID] = [:]
    private var busyIDs: [TransactionalID] = []
    /// Calls until the end of a transaction has reached one more partition, on average.
    public var slowness = 8
    private var isTicking = false

    /// Makes a cluster without topics.
    ///
    /// - Parameters:
    ///   - now: the time in milliseconds since 1970.
    ///   - course: what decides; kept unowned.
    public init(now: Int64, course: any SimulatedCourse) {
        clock = SimulatedClock(now)
        self.course = course
    }

    /// The time in milliseconds since 1970.
    public var now: Int64 { clock.now }

    /// Lets time pass.
    public func advance(_ milliseconds: Int64) {
        clock.advance(milliseconds)
        tick()
    }

    /// A process whose clients live and die together.
    public func makeProcess(_ name: String) -> SimulatedProcess { SimulatedProcess(name, of: self) }

    /// Creates a topic.
    public func makeTopic(_ name: String, partitions: Int32, isCompacted: Bool = false) {
        logs[name] = (0..<partitions).map { _ in PartitionLog(arrivals) }
        if isCompacted { compacted.append(name) }
    }

    /// The topics with their partition counts.
    public var topics: [String: Int32] { logs.mapValues { Int32($0.count) } }

    func partitionCount(of topic: String) -> Int { logs[topic]?.count ?? 0 }

    func log(_ partition: TopicPartition) -> PartitionLog? {
        guard let partitions = logs[partition.topic], partitions.indices.contains(Int(partition.partition)) else {
            return nil
        }
        return partitions[Int(partition.partition)]
    }

    /// Everything in a partition that a reader gets that hides what is not committed.
    public func records(_ partition: TopicPartition, from offset: Int64 = 0) -> [LogRecord] {
        guard let log = log(partition) else { return [] }
        let end = log.stableEnd
        return log.records[log.index(of: offset)...].filter { $0.isCommitted && $0.offset < end }
    }

    /// A partition's end; the last stable offset or the last of all.
    public func end(of partition: TopicPartition, isStable: Bool = true) -> Int64 {
        log(partition).map { isStable ? $0.stableEnd : $0.end } ?? 0
    }

    /// Puts a record there, outside of any transaction; nil as partition places it by its key.
    public func append(
        _ topic: String,
        partition: Int32?,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = [],
        timestampMs: Int64? = nil
    ) -> TopicPartition {
        let place = TopicPartition(topic, partition ?? self.partition(of: topic, key: key))
        log(place)?.append(
            PendingRecord(partition: place, key: key, value: value, headers: headers, timestampMs: timestampMs),
            in: nil,
            at: now
        )
        return place
    }

    func partition(of topic: String, key: [UInt8]?) -> Int32 {
        let count = partitionCount(of: topic)
        guard count > 0 else { return 0 }
        guard let key else { return Int32(course.choose(count)) }
        return key.withUnsafeBytes { Murmur2.partition(forKey: $0, count: Int32(count)) }
    }

    /// Compacts one of the compacted topics.
    public func compact() {
        guard !compacted.isEmpty else { return }
        for log in logs[compacted[course.choose(compacted.count)]] ?? [] { log.compact() }
    }

    func group(_ name: String) -> SimulatedGroup {
        if let group = knownGroup(name) { return group }
        let group = SimulatedGroup(name, of: self)
        groups.append(group)
        return group
    }

    func knownGroup(_ name: String) -> SimulatedGroup? { groups.first { $0.name == name } }

    /// A group's committed offsets.
    public func committed(_ group: String) -> [TopicPartition: Int64] {
        knownGroup(group)?.commits.mapValues(\.offset) ?? [:]
    }

    func transactionalID(_ name: String) -> TransactionalID {
        if let id = transactionalIDs[name] { return id }
        let id = TransactionalID(name)
        transactionalIDs[name] = id
        return id
    }

    func isBusy(_ id: TransactionalID) {
        if !busyIDs.contains(where: { $0 === id }) { busyIDs.append(id) }
    }

    /// Whether a transaction is open, or its end has not reached every partition.
    public var hasTransactions: Bool { busyIDs.contains { $0.current?.isEmpty == false || $0.ending != nil } }

    /// Decides a transaction; its markers follow.
    func end(_ id: TransactionalID, _ outcome: SimulatedTransaction.Outcome) {
        complete(id)
        guard let transaction = id.current else { return }
        id.current = nil
        transaction.end(outcome)
        id.ending = transaction
        switch course.choose(12) {
        case 0..<6: complete(id)
        case 11:
            // Some partitions may have their marker by now, and the others wait until another coordinator goes on.
            for _ in 0..<course.choose(transaction.unmarked.count + 1) {
                writeMarker(id, course.choose(transaction.unmarked.count))
            }
            id.stuckUntil = now + Int64(course.choose(20_000))
        default: break
        }
    }

    /// Writes the markers that are missing, however long that takes.
    func complete(_ id: TransactionalID) {
        if id.ending != nil, now < id.stuckUntil { clock.advance(id.stuckUntil - now) }
        while id.ending != nil { writeMarker(id, 0) }
    }

    private func writeMarker(_ id: TransactionalID, _ index: Int) {
        guard let transaction = id.ending else { return }
        if !transaction.unmarked.isEmpty {
            switch transaction.unmarked.remove(at: index) {
            case .partition(let partition): log(partition)?.mark(transaction, at: now)
            case .group(let name):
                let group = group(name)
                group.pending.removeAll { $0 === transaction }
                if transaction.outcome == .committed {
                    group.commit(transaction.offsets[name] ?? [:])
                }
            }
        }
        if transaction.unmarked.isEmpty { id.ending = nil }
    }

    /// What happens by itself: records and markers arrive, transactions and memberships time out.
    func tick() {
        guard !isTicking else { return }
        isTicking = true
        defer { isTicking = false }
        for id in busyIDs {
            if let sender = id.sender, course.choose(4) == 0 {
                id.sender = nil
                sender.send()
            }
            if let ending = id.ending, now >= id.stuckUntil, course.choose(slowness) == 0 {
                writeMarker(id, ending.unmarked.isEmpty ? 0 : course.choose(ending.unmarked.count))
            }
            if let current = id.current, now - current.startedAt > id.timeoutMs {
                // What the producer still sends is refused.
                id.epoch += 1
                end(id, .aborted)
            }
        }
        busyIDs.removeAll { $0.current == nil && $0.ending == nil && $0.sender == nil }
        for group in groups { group.expire(at: now) }
    }
}
