// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A consumer group as its coordinator keeps it: members, generations, and the `range` assignor.
///
/// Joining and the leader's assignment are one step: when the last member has come, all have their partitions.
final class SimulatedGroup {
    /// A member; a static one keeps its place when its process comes back.
    final class Member {
        var id: String
        let instanceID: String?
        var process: SimulatedProcess
        let topics: [String]
        let sessionTimeoutMs: Int64
        /// Whether it has come to the rebalance at hand.
        var hasJoined = true
        var assignment: [TopicPartition] = []
        /// Since when it is closed without having left, as static members are.
        var closedAt: Int64?

        init(
            id: String,
            instanceID: String?,
            process: SimulatedProcess,
            topics: [String],
            sessionTimeoutMs: Int64
        ) {
            self.id = id
            self.instanceID = instanceID
            self.process = process
            self.topics = topics
            self.sessionTimeoutMs = sessionTimeoutMs
        }
    }

    /// An offset and its place among all that were sent.
    struct Commit {
        let offset: Int64
        let number: Int
    }

    let name: String
    private(set) var generation: Int32 = 0
    private(set) var isStable = true
    private(set) var members: [Member] = []
    /// The committed offsets; those of a transaction count from when they were sent, not from when it was decided.
    private(set) var commits: [TopicPartition: Commit] = [:]
    /// Ended or open transactions whose offsets are not decided.
    var pending: [SimulatedTransaction] = []
    private var lastMember = 0
    private var lastCommit = 0
    private unowned let cluster: SimulatedCluster

    init(_ name: String, of cluster: SimulatedCluster) {
        self.name = name
        self.cluster = cluster
    }

    /// The committed offset; nil where there is none.
    func committed(_ partition: TopicPartition) -> Int64? { commits[partition]?.offset }

    /// Numbers offsets that have come.
    func take(_ offsets: [TopicPartition: Int64]) -> [TopicPartition: Commit] {
        lastCommit += 1
        return offsets.mapValues { Commit(offset: $0, number: lastCommit) }
    }

    /// Makes offsets the group's, but for those that newer ones have overtaken.
    func commit(_ new: [TopicPartition: Commit]) {
        commits.merge(new) { old, new in old.number < new.number ? new : old }
    }

    func member(_ id: String) -> Member? { members.first { $0.id == id } }

    /// Takes a member in; a static one's place passes on without a rebalance.
    func join(
        instanceID: String?,
        process: SimulatedProcess,
        topics: [String],
        sessionTimeoutMs: Int64
    ) -> Member {
        lastMember += 1
        let id = "\(instanceID ?? "member")-\(lastMember)"
        if let instanceID, let known = members.first(where: { $0.instanceID == instanceID }),
            known.topics == topics
        {
            known.id = id
            known.process = process
            known.closedAt = nil
            if !isStable { rejoin(known) }
            return known
        }
        members.removeAll { instanceID != nil && $0.instanceID == instanceID }
        let member = Member(
            id: id,
            instanceID: instanceID,
            process: process,
            topics: topics,
            sessionTimeoutMs: sessionTimeoutMs
        )
        beginRebalance()
        members.append(member)
        completeIfAllJoined()
        return member
    }

    /// Says that a member has given its partitions back and takes part in the rebalance.
    func rejoin(_ member: Member) {
        member.hasJoined = true
        completeIfAllJoined()
    }

    /// Ends a membership.
    func remove(_ member: Member) {
        guard members.contains(where: { $0 === member }) else { return }
        members.removeAll { $0 === member }
        beginRebalance()
        completeIfAllJoined()
    }

    /// Ends the memberships that were silent for too long.
    func expire(at now: Int64) {
        for member in members {
            guard let silent = [member.process.silentSince, member.closedAt].compactMap({ $0 }).min(),
                now - silent > member.sessionTimeoutMs
            else { continue }
            remove(member)
        }
    }

    /// Judges who commits, as the coordinator does.
    func validate(_ metadata: SimulatedMetadata, _ operation: String) throws {
        if let instanceID = metadata.instanceID, let present = members.first(where: { $0.instanceID == instanceID }),
            present.id != metadata.memberID
        {
            throw KafkaError(code: KafkaCode.fencedInstance, operation: operation)
        }
        guard member(metadata.memberID) != nil else {
            throw KafkaError(code: KafkaCode.unknownMember, operation: operation)
        }
        guard metadata.generation == generation else {
            throw KafkaError(code: KafkaCode.illegalGeneration, operation: operation)
        }
    }

    private func beginRebalance() {
        guard isStable else { return }
        isStable = false
        for member in members { member.hasJoined = false }
    }

    private func completeIfAllJoined() {
        guard !isStable, members.allSatisfy(\.hasJoined) else { return }
        isStable = true
        generation += 1
        members.sort { $0.id < $1.id }
        for member in members { member.assignment = [] }
        for topic in Set(members.flatMap(\.topics)).sorted() {
            let readers = members.filter { $0.topics.contains(topic) }
            let count = cluster.partitionCount(of: topic)
            for (index, member) in readers.enumerated() {
                let share = { (upTo: Int) in upTo * (count / readers.count) + min(upTo, count % readers.count) }
                member.assignment += (share(index)..<share(index + 1)).map { TopicPartition(topic, Int32($0)) }
            }
        }
    }
}

/// The member and generation of a moment.
struct SimulatedMetadata: GroupMetadata {
    let group: String
    let memberID: String
    let instanceID: String?
    let generation: Int32
}
