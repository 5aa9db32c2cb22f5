// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// A consumer group as its coordinator sees it.
public struct GroupDescription: Sendable, Hashable {
    /// Where the group stands, by Kafka's names.
    public enum State: String, Sendable, Hashable {
        /// Not told.
        case unknown = "Unknown"
        /// Members are joining.
        case preparingRebalance = "PreparingRebalance"
        /// The assignment is on its way.
        case completingRebalance = "CompletingRebalance"
        /// Members read what they were assigned.
        case stable = "Stable"
        /// Does not exist.
        case dead = "Dead"
        /// Has offsets, but no members.
        case empty = "Empty"
    }

    /// A member and what it reads.
    public struct Member: Sendable, Hashable {
        /// The id that the coordinator gave it.
        public let id: String
        /// Its `client.id`.
        public let clientID: String
        /// Where it connects from.
        public let host: String
        /// The partitions it was assigned.
        public let assignment: [TopicPartition]

        /// Describes a member.
        public init(id: String, clientID: String, host: String, assignment: [TopicPartition]) {
            self.id = id
            self.clientID = clientID
            self.host = host
            self.assignment = assignment
        }
    }

    /// The group's id.
    public let group: String
    /// Where the group stands.
    public let state: State
    /// The members, by id.
    public let members: [Member]

    /// Describes a group.
    public init(group: String, state: State, members: [Member]) {
        self.group = group
        self.state = state
        self.members = members
    }

    init(_ description: OpaquePointer) {
        group = rd_kafka_ConsumerGroupDescription_group_id(description).map { String(cString: $0) } ?? ""
        state = State(rd_kafka_ConsumerGroupDescription_state(description))
        members = (0..<rd_kafka_ConsumerGroupDescription_member_count(description))
            .compactMap { rd_kafka_ConsumerGroupDescription_member(description, $0) }
            .map { Member($0) }
            .sorted { $0.id < $1.id }
    }
}

extension GroupDescription.State {
    init(_ state: rd_kafka_consumer_group_state_t) {
        switch state {
        case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE: self = .preparingRebalance
        case RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE: self = .completingRebalance
        case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE: self = .stable
        case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD: self = .dead
        case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY: self = .empty
        default: self = .unknown
        }
    }
}

extension GroupDescription.Member {
    init(_ member: OpaquePointer) {
        self.init(
            id: rd_kafka_MemberDescription_consumer_id(member).map { String(cString: $0) } ?? "",
            clientID: rd_kafka_MemberDescription_client_id(member).map { String(cString: $0) } ?? "",
            host: rd_kafka_MemberDescription_host(member).map { String(cString: $0) } ?? "",
            assignment: rd_kafka_MemberDescription_assignment(member)
                .flatMap { rd_kafka_MemberAssignment_partitions($0) }
                .map { PartitionList.elements(of: $0).map(PartitionList.partition).sorted() } ?? []
        )
    }
}
