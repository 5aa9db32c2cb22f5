// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

extension Admin {
    /// A topic to create.
    public struct NewTopic: Sendable, Hashable {
        /// The topic's name.
        public var name: String
        /// How many partitions it gets.
        public var partitions: Int32
        /// Copies of each partition; -1 is the broker's default.
        public var replication: Int32
        /// Topic settings such as `cleanup.policy`.
        public var configuration: [String: String]

        /// Describes a topic to create.
        public init(
            _ name: String,
            partitions: Int32,
            replication: Int32 = -1,
            configuration: [String: String] = [:]
        ) {
            self.name = name
            self.partitions = partitions
            self.replication = replication
            self.configuration = configuration
        }
    }

    /// The topics that exist, internal ones too, with their partition counts.
    public func topics(timeoutMs: Int32) throws -> [String: Int32] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(rd_kafka_metadata(try handle.live("topics"), 1, nil, &metadata, timeoutMs), "topics")
        guard let metadata else { return [:] }
        defer { rd_kafka_metadata_destroy(metadata) }
        let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        var counts: [String: Int32] = [:]
        for topic in topics where topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            counts[String(cString: topic.topic)] = topic.partition_cnt
        }
        return counts
    }

    /// The brokers that are there, and how far the copies of partitions are in step.
    package struct Replication: Sendable, Hashable {
        /// The ids of the brokers.
        package var brokers: Set<Int32>
        /// Copies that are not in step with their leader, and partitions that have none.
        package var behind: Int
    }

    /// Asks a broker how it sees the others and the copies of all partitions, internal topics' too.
    package func replication(timeoutMs: Int32) throws -> Replication {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(try handle.live("replication"), 1, nil, &metadata, timeoutMs)
        try KafkaError.check(code, "replication")
        guard let found = metadata?.pointee else { return Replication(brokers: [], behind: 0) }
        defer { rd_kafka_metadata_destroy(metadata) }
        let brokers = UnsafeBufferPointer(start: found.brokers, count: Int(found.broker_cnt)).map(\.id)
        var behind = 0
        for topic in UnsafeBufferPointer(start: found.topics, count: Int(found.topic_cnt)) {
            if topic.err != RD_KAFKA_RESP_ERR_NO_ERROR { behind += 1 }
            for partition in UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt)) {
                behind += Int(partition.replica_cnt - partition.isr_cnt) + (partition.leader < 0 ? 1 : 0)
            }
        }
        return Replication(brokers: Set(brokers), behind: behind)
    }

    /// Creates topics; each one's error, nil where it was created.
    public func createTopics(_ topics: [NewTopic], timeoutMs: Int32 = 10_000) throws -> [String: KafkaError?] {
        if topics.isEmpty { return [:] }
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
        for topic in topics { requests.append(try makeRequest(topic)) }
        var call = try call(RD_KAFKA_ADMIN_OP_CREATETOPICS, "create topics", timeoutMs)
        call.waitsForCompletion = true
        return try call.run { options, queue in
            rd_kafka_CreateTopics(call.client, &requests, requests.count, options, queue)
        } read: { event in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            return topicErrors(results, count, call.operation)
        }
    }

    func call(_ kind: rd_kafka_admin_op_t, _ operation: String, _ timeoutMs: Int32) throws(KafkaError) -> AdminCall {
        AdminCall(client: try handle.live(operation), kind: kind, operation: operation, timeoutMs: timeoutMs)
    }

    private func makeRequest(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        let operation = "create topics"
        let request = try withErrorText { text, size throws(KafkaError) in
            guard let request = rd_kafka_NewTopic_new(topic.name, topic.partitions, topic.replication, text, size)
            else {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__INVALID_ARG,
                    operation: operation,
                    message: String(cString: text)
                )
            }
            return request
        }
        for (name, value) in topic.configuration {
            let code = rd_kafka_NewTopic_set_config(request, name, value)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_NewTopic_destroy(request)
                throw KafkaError(code, operation: operation)
            }
        }
        return request
    }

    private func topicErrors(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ operation: String
    ) -> [String: KafkaError?] {
        var errors: [String: KafkaError?] = [:]
        for result in UnsafeBufferPointer(start: results, count: count) {
            guard let result, let name = rd_kafka_topic_result_name(result) else { continue }
            let code = rd_kafka_topic_result_error(result)
            let message = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            let topic = String(cString: name)
            let error = KafkaError(
                code,
                operation: operation,
                message: message,
                partition: TopicPartition(topic, -1)
            )
            errors.updateValue(code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : error, forKey: topic)
        }
        return errors
    }
}
