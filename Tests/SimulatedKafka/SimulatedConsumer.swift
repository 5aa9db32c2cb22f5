// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A consumer: a member of a group, or a reader of what it is told.
final class SimulatedConsumer: ConsumerClient {
    private enum Membership {
        case none
        /// Waits for the others to come.
        case joining(SimulatedGroup.Member, id: String)
        case joined(SimulatedGroup.Member, id: String, generation: Int32)
    }

    private struct Position {
        let partition: TopicPartition
        let log: PartitionLog
        var offset: Int64
        var isPaused = false
        var isStarted = true
        var toldEnd: Int64 = -1
        /// Where a resumed partition goes on.
        var resumesAt: Int64

        init(partition: TopicPartition, log: PartitionLog, offset: Int64) {
            self.partition = partition
            self.log = log
            self.offset = offset
            resumesAt = offset
        }
    }

    private let process: SimulatedProcess
    private let group: SimulatedGroup?
    private let instanceID: String?
    private let sessionTimeoutMs: Int64
    private let readsCommitted: Bool
    private let resetsToBeginning: Bool
    private var topics: [String]?
    private var startOffsets: (([TopicPartition]) throws -> [TopicPartition: Int64])?
    private var rebalanceHandler: ((Consumer.Rebalance) -> Void)?
    private var membership = Membership.none
    private var positions: [Position] = []
    /// Behind the last record that was given of each partition, also by an earlier assignment.
    private var given: [TopicPartition: Int64] = [:]
    private var errors: [KafkaError] = []
    private var isClosed = false
    private var isFenced = false
    /// The position that the last poll read from, and how long it goes on there.
    private var current = 0
    private var run = 0
    private var cluster: SimulatedCluster { process.cluster }

    init(_ process: SimulatedProcess, _ properties: [String: String], group: String?) {
        self.process = process
        self.group = group.map { process.cluster.group($0) }
        instanceID = properties["group.instance.id"]
        sessionTimeoutMs = properties["session.timeout.ms"].flatMap { Int64($0) } ?? 10_000
        readsCommitted = properties["isolation.level"] != "read_uncommitted"
        resetsToBeginning = properties["auto.offset.reset"] != "error"
    }

    var isFatal: Bool { isClosed || isFenced }

    var memberID: String? {
        switch membership {
        case .none: nil
        case .joining(_, let id), .joined(_, let id, _): id
        }
    }

    func subscribe(
        _ topics: [String],
        startOffsets: (([TopicPartition]) throws -> [TopicPartition: Int64])?,
        onRebalance: @escaping (Consumer.Rebalance) -> Void
    ) throws {
        try live("subscribe")
        self.topics = topics
        self.startOffsets = startOffsets
        rebalanceHandler = onRebalance
    }

    func groupMetadata() throws -> any GroupMetadata {
        try live("group metadata")
        guard let group else { throw KafkaError(code: KafkaCode.unknownGroup, operation: "group metadata") }
        guard case .joined(_, let id, let generation) = membership else {
            return SimulatedMetadata(group: group.name, memberID: "", instanceID: instanceID, generation: -1)
        }
        return SimulatedMetadata(group: group.name, memberID: id, instanceID: instanceID, generation: generation)
    }

    func close() {
        guard !isClosed, !process.isDead else { return }
        if case .joined = membership, !isFenced { giveBack(.revoked(positions.map(\.partition))) }
        isClosed = true
        positions = []
        switch membership {
        case .joining(let member, let id), .joined(let member, let id, _):
            guard member.id == id else { return }
            // A static member that closes keeps its place until its session is over.
            if instanceID == nil { group?.remove(member) } else { member.closedAt = cluster.now }
        case .none: break
        }
    }

    private func live(_ operation: String) throws {
        if process.isDead { throw ProcessEnded() }
        if isClosed { throw KafkaError(code: KafkaCode.destroyed, operation: operation) }
    }

    func poll(timeoutMs: Int32) -> Consumer.Event? {
        guard let outcome = try? process.begin("poll"), !isClosed else { return nil }
        guard outcome == .answered else {
            return .error(KafkaError(code: KafkaCode.transport, operation: "poll"))
        }
        serveMembership()
        guard !isClosed, !process.isDead else { return nil }
        if !errors.isEmpty { return .error(errors.removeFirst()) }
        if let event = nextEvent() { return event }
        if timeoutMs > 0 { cluster.advance(Int64(timeoutMs)) }
        return nil
    }

    private func nextEvent() -> Consumer.Event? {
        if run > 0, positions.indices.contains(current), let event = event(at: current) {
            run -= 1
            return event
        }
        let ready = positions.indices.filter { hasEvent(at: $0) }
        guard !ready.isEmpty, cluster.course.hasFetched() else { return nil }
        current = ready[cluster.course.choose(ready.count)]
        run = cluster.course.choose(8)
        return event(at: current)
    }

    private func hasEvent(at index: Int) -> Bool {
        let position = positions[index]
        if position.isPaused || !position.isStarted { return false }
        let end = readsCommitted ? position.log.stableEnd : position.log.end
        return position.offset < end || position.toldEnd != position.offset
    }

    private func event(at index: Int) -> Consumer.Event? {
        guard hasEvent(at: index) else { return nil }
        let position = positions[index]
        let end = readsCommitted ? position.log.stableEnd : position.log.end
        guard position.offset <= position.log.end else { return outOfRange(index) }
        if let record = position.log.next(from: position.offset, committedOnly: readsCommitted) {
            positions[index].offset = record.offset + 1
            given[position.partition] = record.offset + 1
            return .message(
                Message(
                    at: position.partition,
                    offset: record.offset,
                    timestampMs: record.timestampMs,
                    key: record.key,
                    value: record.value,
                    headers: record.headers
                )
            )
        }
        positions[index].offset = max(end, position.offset)
        positions[index].toldEnd = positions[index].offset
        return .partitionEnd(position.partition, offset: positions[index].offset)
    }

    private func outOfRange(_ index: Int) -> Consumer.Event? {
        let partition = positions[index].partition
        guard !resetsToBeginning else {
            positions[index].offset = 0
            return event(at: index)
        }
        positions.remove(at: index)
        run = 0
        return .error(KafkaError(code: KafkaCode.offsetReset, operation: "poll", partition: partition))
    }

    func assign(_ offsets: [TopicPartition: Int64]) throws {
        try live("assign")
        positions = []
        run = 0
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard let log = cluster.log(partition) else { continue }
            var start = offset
            if offset == Consumer.beginning { start = 0 }
            if offset == Consumer.end { start = readsCommitted ? log.stableEnd : log.end }
            if offset == Consumer.stored {
                guard let stored = group?.committed(partition) ?? (resetsToBeginning ? 0 : nil) else {
                    errors.append(
                        KafkaError(code: KafkaCode.offsetReset, operation: "poll", partition: partition)
                    )
                    continue
                }
                start = stored
            }
            positions.append(Position(partition: partition, log: log, offset: start))
            positions[positions.count - 1].isStarted = !cluster.course.losesStart(of: partition)
        }
    }

    /// As librdkafka does it: a pause remembers what was given last, even before the assignment.
    func pause(_ partitions: [TopicPartition]) throws {
        try live("pause")
        for index in positions.indices where partitions.contains(positions[index].partition) {
            positions[index].isPaused = true
            if let offset = given[positions[index].partition] { positions[index].resumesAt = offset }
        }
    }

    /// As librdkafka does it: a partition goes on where the last pause or assignment was, also if it was not paused.
    func resume(_ partitions: [TopicPartition]) throws {
        try live("resume")
        for index in positions.indices where partitions.contains(positions[index].partition) {
            positions[index].isPaused = false
            positions[index].offset = positions[index].resumesAt
        }
    }

    func watermarks(_ partition: TopicPartition, timeoutMs: Int32) throws -> (low: Int64, high: Int64) {
        try process.call("watermarks") {
            try live("watermarks")
            guard let log = cluster.log(partition) else {
                throw KafkaError(code: KafkaCode.unknownPartition, operation: "watermarks", partition: partition)
            }
            return (0, readsCommitted ? log.stableEnd : log.end)
        }
    }

    func committed(_ partitions: [TopicPartition], timeoutMs: Int32) throws -> [TopicPartition: Int64?] {
        try process.call("committed") {
            try live("committed")
            guard let group else { return [:] }
            let deadline = cluster.now + Int64(timeoutMs)
            // Asked as read_committed: what a transaction has pending is waited for.
            while readsCommitted,
                group.pending.contains(where: { transaction in
                    transaction.offsets[group.name]?.keys.contains { partitions.contains($0) } ?? false
                })
            {
                guard cluster.now < deadline else {
                    throw KafkaError(code: KafkaCode.timedOut, operation: "committed")
                }
                cluster.advance(100)
            }
            var offsets: [TopicPartition: Int64?] = [:]
            for partition in partitions { offsets.updateValue(group.committed(partition), forKey: partition) }
            return offsets
        }
    }

    func commit(_ offsets: [TopicPartition: Int64]) throws {
        if offsets.isEmpty { return }
        try process.call("commit offsets") {
            try live("commit")
            guard let group, let metadata = try groupMetadata() as? SimulatedMetadata else {
                throw KafkaError(code: KafkaCode.unknownGroup, operation: "commit")
            }
            try group.validate(metadata, "commit")
            group.commit(group.take(offsets))
        }
    }

    /// What heartbeats and answers of the coordinator have brought, told inside a poll.
    private func serveMembership() {
        guard let group, let topics, !isFenced else { return }
        switch membership {
        case .none:
            let member = group.join(
                instanceID: instanceID,
                process: process,
                topics: topics,
                sessionTimeoutMs: sessionTimeoutMs
            )
            membership = .joining(member, id: member.id)
            takeAssignment(member, member.id, group)
        case .joining(let member, let id):
            guard isPresent(member, id, group) else { return leave(member, id, group) }
            // Another rebalance may have begun before this one's outcome was seen.
            if !group.isStable, !member.hasJoined { group.rejoin(member) }
            takeAssignment(member, id, group)
        case .joined(let member, let id, let generation):
            guard isPresent(member, id, group), !group.isStable || group.generation == generation else {
                if cluster.course.hasHeard() { leave(member, id, group) }
                return
            }
            guard !group.isStable, !member.hasJoined else { return }
            giveBack(.revoked(positions.map(\.partition)))
            guard !process.isDead, isPresent(member, id, group) else { return }
            membership = .joining(member, id: id)
            group.rejoin(member)
            takeAssignment(member, id, group)
        }
    }

    private func isPresent(_ member: SimulatedGroup.Member, _ id: String, _ group: SimulatedGroup) -> Bool {
        member.id == id && group.members.contains { $0 === member }
    }

    /// The place in the group is lost: to a newer process of the same name, for good, or to a time-out.
    private func leave(_ member: SimulatedGroup.Member, _ id: String, _ group: SimulatedGroup) {
        let isReplaced = instanceID.map { name in group.members.contains { $0.instanceID == name } } ?? false
        let wasJoined = if case .joined = membership { true } else { false }
        membership = .none
        if isReplaced {
            isFenced = true
            errors.append(KafkaError(code: KafkaCode.fencedInstance, operation: "poll"))
        }
        if wasJoined { giveBack(.lost(positions.map(\.partition))) }
    }

    private func takeAssignment(_ member: SimulatedGroup.Member, _ id: String, _ group: SimulatedGroup) {
        guard group.isStable else { return }
        membership = .joined(member, id: id, generation: group.generation)
        let partitions = member.assignment.sorted()
        var offsets = Dictionary(uniqueKeysWithValues: partitions.map { ($0, Consumer.stored) })
        do {
            if let startOffsets {
                offsets.merge(try startOffsets(partitions).filter { offsets[$0.key] != nil }) { _, new in new }
            }
            try assign(offsets)
        } catch let error as KafkaError {
            errors.append(error)
            try? assign(offsets)
        } catch {
            errors.append(KafkaError(code: KafkaCode.application, operation: "start offsets"))
            try? assign(offsets)
        }
        guard !process.isDead else { return }
        rebalanceHandler?(.assigned(partitions))
    }

    private func giveBack(_ rebalance: Consumer.Rebalance) {
        rebalanceHandler?(rebalance)
        positions = []
        run = 0
    }
}
