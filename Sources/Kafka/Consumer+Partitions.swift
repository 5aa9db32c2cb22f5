// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// What is read, from where, and what is committed.
extension Consumer {
    /// The offset that stands for a partition's first record.
    public static let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
    /// The offset that stands for a partition's end.
    public static let end = Int64(RD_KAFKA_OFFSET_END)
    /// The offset that stands for the group's committed one.
    public static let stored = Int64(RD_KAFKA_OFFSET_STORED)

    /// The partitions that are read now.
    public var assignment: [TopicPartition] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard let client = handle.pointer,
            rd_kafka_assignment(client, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list
        else { return [] }
        return PartitionList(owning: list).partitions
    }

    /// Replaces what is read, each partition from its offset: `beginning`, `end`, `stored` or a number.
    public func assign(_ offsets: [TopicPartition: Int64]) throws {
        let client = try handle.live("assign")
        let list = PartitionList(resolved(offsets, client))
        awaitStops(client)
        try KafkaError.check(rd_kafka_assign(client, list.pointer), "assign")
        awaitStarts(client)
        assignmentChanged()
    }

    /// Comes between an assignment and what may follow it: lets its partitions be stopped and started anew.
    ///
    /// librdkafka numbers the orders that a partition is given, and drops one that is behind a higher number. A start comes
    /// from its own thread when the stop before it has been answered; where a pause or resume from here takes its number
    /// in between and overtakes it, the partition is never read again. The first answer is behind the stops, the second
    /// behind their answers, upon which the starts are given.
    private func awaitStarts(_ client: OpaquePointer) {
        awaitStops(client)
        awaitStops(client)
    }

    /// Comes before every change of the assignment: lets those before it come to their end.
    ///
    /// librdkafka, at least until version 2.15, stops a partition a second time where it is taken away again before its
    /// first stop has been heard of, and then ends the process (`Assertion 'rktp->rktp_started' failed`). Stops and their
    /// answers go through the one queue that this question goes through too, so they are over when it is answered.
    func awaitStops(_ client: OpaquePointer) {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        if rd_kafka_assignment(client, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list {
            rd_kafka_topic_partition_list_destroy(list)
        }
    }

    /// Stops the partitions' records from coming; those already fetched come after `resume`.
    public func pause(_ partitions: [TopicPartition]) throws {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_pause_partitions(try handle.live("pause"), list.pointer), "pause")
        try list.check("pause")
    }

    /// Lets the partitions' records come again.
    public func resume(_ partitions: [TopicPartition]) throws {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_resume_partitions(try handle.live("resume"), list.pointer), "resume")
        try list.check("resume")
    }

    /// Goes on from these offsets; nothing fetched before comes any more.
    public func seek(_ offsets: [TopicPartition: Int64], timeoutMs: Int32) throws {
        let list = PartitionList(offsets)
        try KafkaError.check(rd_kafka_seek_partitions(try handle.live("seek"), list.pointer, timeoutMs), "seek")
        try list.check("seek")
    }

    /// The group's offsets; nil where it has none.
    ///
    /// Under `read_committed` it waits for pending transactions.
    public func committed(_ partitions: [TopicPartition], timeoutMs: Int32) throws -> [TopicPartition: Int64?] {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_committed(try handle.live("committed"), list.pointer, timeoutMs), "committed")
        try list.check("committed")
        return list.offsets
    }

    /// The offset behind the last record that `poll` gave; nil where none came since the assignment.
    public func position(_ partitions: [TopicPartition]) throws -> [TopicPartition: Int64?] {
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_position(try handle.live("position"), list.pointer), "position")
        try list.check("position")
        return list.offsets
    }

    /// Commits the offsets (next to read) outside of a transaction, and waits for the answer.
    public func commit(_ offsets: [TopicPartition: Int64]) throws {
        // librdkafka would take an empty list for "whatever is stored".
        if offsets.isEmpty { return }
        let list = PartitionList(offsets)
        try KafkaError.check(rd_kafka_commit(try handle.live("commit"), list.pointer, 0), "commit")
        try list.check("commit")
    }

    /// Asks the partition's leader for the first offset and the end; under `read_committed` the last stable offset.
    public func watermarks(_ partition: TopicPartition, timeoutMs: Int32) throws -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            try handle.live("watermarks"),
            partition.topic,
            partition.partition,
            &low,
            &high,
            timeoutMs
        )
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(code, operation: "watermarks", partition: partition)
        }
        return (low, high)
    }

    /// Numbers for `beginning` and `end`, one request per leader.
    ///
    /// librdkafka finds them itself, but half a second later where it does not know the leader yet. What is not answered
    /// is left to it, and so are its errors.
    private func resolved(_ offsets: [TopicPartition: Int64], _ client: OpaquePointer) -> [TopicPartition: Int64] {
        let open = offsets.filter { $0.value == Self.beginning || $0.value == Self.end }
        if open.isEmpty { return offsets }
        let list = PartitionList(open)
        guard rd_kafka_offsets_for_times(client, list.pointer, Self.resolutionTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return offsets }
        var offsets = offsets
        for element in PartitionList.elements(of: list.pointer)
        where element.err == RD_KAFKA_RESP_ERR_NO_ERROR && element.offset >= 0 {
            offsets[PartitionList.partition(element)] = element.offset
        }
        return offsets
    }

    private static let resolutionTimeoutMs: Int32 = 2000
}
