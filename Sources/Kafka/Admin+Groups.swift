// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

extension Admin {
    /// The ids of the consumer groups.
    public func groups(timeoutMs: Int32 = 10_000) throws -> [String] {
        let call = try call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "groups", timeoutMs)
        return try call.run { options, queue in
            rd_kafka_ListConsumerGroups(call.client, options, queue)
        } read: { event throws(KafkaError) in
            let result = rd_kafka_event_ListConsumerGroups_result(event)
            var count = 0
            let errors = rd_kafka_ListConsumerGroups_result_errors(result, &count)
            for error in UnsafeBufferPointer(start: errors, count: count) {
                if let error { throw KafkaError(borrowing: error, operation: call.operation) }
            }
            let listings = rd_kafka_ListConsumerGroups_result_valid(result, &count)
            return UnsafeBufferPointer(start: listings, count: count)
                .compactMap { $0.flatMap { rd_kafka_ConsumerGroupListing_group_id($0) } }
                .map { String(cString: $0) }
                .sorted()
        }
    }

    /// A group's state and members; one that does not exist is `dead` and has none.
    public func describeGroup(_ group: String, timeoutMs: Int32 = 10_000) throws -> GroupDescription {
        let call = try call(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, "describe group", timeoutMs)
        return try group.withCString { name in
            var names: [UnsafePointer<CChar>?] = [name]
            return try call.run { options, queue in
                rd_kafka_DescribeConsumerGroups(call.client, &names, names.count, options, queue)
            } read: { event throws(KafkaError) in
                var count = 0
                let result = rd_kafka_event_DescribeConsumerGroups_result(event)
                let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count)
                guard count > 0, let description = groups?[0] else {
                    throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, operation: call.operation)
                }
                if let error = rd_kafka_ConsumerGroupDescription_error(description) {
                    throw KafkaError(borrowing: error, operation: call.operation)
                }
                return GroupDescription(description)
            }
        }
    }

    /// A group's committed offsets, of these partitions or of all that it has any for; nil where it has none.
    ///
    /// Offsets inside a pending transaction are not waited for: the last committed ones are told.
    public func groupOffsets(
        _ group: String,
        _ partitions: [TopicPartition]?,
        timeoutMs: Int32 = 10_000
    ) throws -> [TopicPartition: Int64?] {
        if let partitions { return try committed(group, partitions, timeoutMs: timeoutMs) }
        var requests: [OpaquePointer?] = [rd_kafka_ListConsumerGroupOffsets_new(group, nil)]
        defer { for request in requests { rd_kafka_ListConsumerGroupOffsets_destroy(request) } }
        let call = try call(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, "group offsets", timeoutMs)
        return try call.run { options, queue in
            rd_kafka_ListConsumerGroupOffsets(call.client, &requests, requests.count, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            return try offsets(
                rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count),
                count,
                call.operation
            )
        }
    }

    /// Asked as a consumer of that group which never joins it: librdkafka's admin call for this has been seen to end the
    /// process when a coordinator went away at the wrong moment, and this one is asked every second.
    private func committed(
        _ group: String,
        _ partitions: [TopicPartition],
        timeoutMs: Int32
    ) throws -> [TopicPartition: Int64?] {
        guard !partitions.isEmpty else { return [:] }
        let list = PartitionList(partitions)
        let client = try groupReader(group).live("group offsets")
        try KafkaError.check(rd_kafka_committed(client, list.pointer, timeoutMs), "group offsets")
        var offsets: [TopicPartition: Int64?] = [:]
        for element in PartitionList.elements(of: list.pointer) {
            try KafkaError.check(element.err, "group offsets")
            offsets.updateValue(element.offset < 0 ? nil : element.offset, forKey: PartitionList.partition(element))
        }
        return offsets
    }

    /// Sets a group's offsets (next to read); brokers refuse it while the group has members.
    package func alterGroupOffsets(
        _ group: String,
        _ newOffsets: [TopicPartition: Int64],
        timeoutMs: Int32 = 10_000
    ) throws {
        if newOffsets.isEmpty { return }
        let list = PartitionList(newOffsets)
        var requests: [OpaquePointer?] = [rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer)]
        defer { for request in requests { rd_kafka_AlterConsumerGroupOffsets_destroy(request) } }
        let call = try call(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, "alter group offsets", timeoutMs)
        _ = try call.run { options, queue in
            rd_kafka_AlterConsumerGroupOffsets(call.client, &requests, requests.count, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event)
            return try offsets(
                rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count),
                count,
                call.operation
            )
        }
    }

    private func offsets(
        _ groups: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ operation: String
    ) throws(KafkaError) -> [TopicPartition: Int64?] {
        guard count > 0, let group = groups?[0] else { return [:] }
        if let error = rd_kafka_group_result_error(group) {
            throw KafkaError(borrowing: error, operation: operation)
        }
        guard let list = rd_kafka_group_result_partitions(group) else { return [:] }
        try PartitionList.check(list, operation)
        return PartitionList.offsets(of: list)
    }
}
