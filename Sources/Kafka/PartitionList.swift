// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// Owns an `rd_kafka_topic_partition_list_t`.
final class PartitionList {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Takes a list over.
    init(owning pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        self.pointer = pointer
    }

    convenience init(_ partitions: some Collection<TopicPartition>) {
        self.init(owning: rd_kafka_topic_partition_list_new(Int32(partitions.count)))
        for partition in partitions {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        }
    }

    convenience init(_ offsets: [TopicPartition: Int64]) {
        self.init(owning: rd_kafka_topic_partition_list_new(Int32(offsets.count)))
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)?.pointee.offset = offset
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    var partitions: [TopicPartition] { Self.elements(of: pointer).map(Self.partition) }

    /// The offsets; nil where there is none.
    var offsets: [TopicPartition: Int64?] { Self.offsets(of: pointer) }

    /// Throws the first partition's error.
    func check(_ operation: String) throws(KafkaError) {
        try Self.check(pointer, operation)
    }

    static func offsets(of list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition: Int64?] {
        var offsets: [TopicPartition: Int64?] = [:]
        for element in elements(of: list) {
            offsets.updateValue(element.offset >= 0 ? element.offset : nil, forKey: partition(element))
        }
        return offsets
    }

    static func check(
        _ list: UnsafePointer<rd_kafka_topic_partition_list_t>,
        _ operation: String
    ) throws(KafkaError) {
        for element in elements(of: list) where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(element.err, operation: operation, partition: partition(element))
        }
    }

    static func elements(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }

    static func partition(_ element: rd_kafka_topic_partition_t) -> TopicPartition {
        TopicPartition(String(cString: element.topic), element.partition)
    }
}
