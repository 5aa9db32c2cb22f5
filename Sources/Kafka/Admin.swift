// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// Topics, offsets and groups of a cluster; every call waits for the answer.
///
/// Used from one thread. The embedded broker answers the metadata and offset questions only.
public final class Admin {
    /// Which end of a partition is meant.
    public enum Isolation: String, Sendable {
        /// The last stable offset: where a pending transaction begins, or the end.
        case readCommitted = "read_committed"
        /// The end.
        case readUncommitted = "read_uncommitted"
    }

    let handle: ClientHandle
    private let configuration: KafkaConfiguration
    private let observer: (any KafkaObserver)?
    private var offsetReaders: [Isolation: ClientHandle] = [:]
    private var groupReaders: [String: ClientHandle] = [:]

    /// Makes a client; it connects by itself.
    public init(configuration: KafkaConfiguration, observer: (any KafkaObserver)?) throws {
        var configuration = configuration
        configuration.properties["group.id"] = nil
        // Nobody polls its clients, so statistics would only pile up.
        configuration.properties["statistics.interval.ms"] = "0"
        self.configuration = configuration
        self.observer = observer
        // A consumer, though it reads nothing: asked for the offsets of a group whose coordinator is not known yet,
        // librdkafka follows its own group's pointer, which a producer does not have, and crashes the process.
        configuration.properties["group.id"] = "unused"
        handle = try ClientHandle(RD_KAFKA_CONSUMER, configuration, context: ClientContext(observer))
    }

    /// Frees the clients.
    public func close() {
        for reader in offsetReaders.values { reader.destroy() }
        for reader in groupReaders.values { reader.destroy() }
        handle.destroy()
    }

    /// Whether a broker answers a metadata request in time.
    public func isReachable(timeoutMs: Int32) -> Bool {
        guard let client = handle.pointer else { return false }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        guard rd_kafka_metadata(client, 0, nil, &metadata, timeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else {
            return false
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        return metadata.pointee.broker_cnt > 0
    }

    /// The offsets behind the last record of each partition; one request per leader.
    public func endOffsets(
        _ partitions: [TopicPartition],
        isolation: Isolation,
        timeoutMs: Int32 = 10_000
    ) throws -> [TopicPartition: Int64] {
        try offsets(partitions, at: Int64(RD_KAFKA_OFFSET_END), isolation, timeoutMs, operation: "end offsets")
    }

    /// The offsets of the first record of each partition; one request per leader.
    public func beginningOffsets(
        _ partitions: [TopicPartition],
        timeoutMs: Int32 = 10_000
    ) throws -> [TopicPartition: Int64] {
        let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
        return try offsets(partitions, at: beginning, .readUncommitted, timeoutMs, operation: "beginning offsets")
    }

    /// The offsets of the first record of each partition that is no older than this time; the end where there is none.
    public func offsets(
        _ partitions: [TopicPartition],
        sinceMs: Int64,
        timeoutMs: Int32 = 10_000
    ) throws -> [TopicPartition: Int64] {
        let found = try query(partitions, sinceMs, .readUncommitted, timeoutMs, operation: "offsets since")
        let missing = partitions.filter { found[$0, default: nil] == nil }
        let ends = try endOffsets(missing, isolation: .readUncommitted, timeoutMs: timeoutMs)
        return found.compactMapValues { $0 }.merging(ends) { found, _ in found }
    }

    private func offsets(
        _ partitions: [TopicPartition],
        at position: Int64,
        _ isolation: Isolation,
        _ timeoutMs: Int32,
        operation: String
    ) throws -> [TopicPartition: Int64] {
        try query(partitions, position, isolation, timeoutMs, operation: operation).compactMapValues { $0 }
    }

    private func query(
        _ partitions: [TopicPartition],
        _ time: Int64,
        _ isolation: Isolation,
        _ timeoutMs: Int32,
        operation: String
    ) throws -> [TopicPartition: Int64?] {
        if partitions.isEmpty { return [:] }
        let list = PartitionList(
            Dictionary(partitions.map { ($0, time) }) { first, _ in first }
        )
        // Version 2.0.2 has no admin call for it. Its question by time takes the protocol's -1 and -2 as well.
        var code = rd_kafka_offsets_for_times(try offsetReader(isolation).live(operation), list.pointer, timeoutMs)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            // It goes on asking the leaders that it once heard of, also when those are brokers that came back and lead
            // no more. A new client hears of the present ones.
            offsetReaders.removeValue(forKey: isolation)?.destroy()
            if code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || code == RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH {
                code = rd_kafka_offsets_for_times(try offsetReader(isolation).live(operation), list.pointer, timeoutMs)
            }
        }
        try KafkaError.check(code, operation)
        try list.check(operation)
        return list.offsets
    }

    /// A client of a group that never joins it; one for each group that is asked about.
    func groupReader(_ group: String) throws -> ClientHandle {
        if let reader = groupReaders[group] { return reader }
        _ = try handle.live("group offsets")
        let reader = try ClientHandle(
            RD_KAFKA_CONSUMER,
            // As read_committed it would wait for pending transactions.
            configuration.completed(
                defaults: [:],
                forced: [
                    "group.id": group, "isolation.level": Isolation.readUncommitted.rawValue,
                    "enable.auto.commit": "false",
                ]
            ),
            context: ClientContext(observer)
        )
        groupReaders[group] = reader
        return reader
    }

    /// The isolation level belongs to the client, so there is one for each, made when needed.
    private func offsetReader(_ isolation: Isolation) throws -> ClientHandle {
        if let reader = offsetReaders[isolation] { return reader }
        _ = try handle.live("offsets")
        let reader = try ClientHandle(
            RD_KAFKA_CONSUMER,
            configuration.completed(defaults: [:], forced: ["isolation.level": isolation.rawValue]),
            context: ClientContext(observer)
        )
        offsetReaders[isolation] = reader
        return reader
    }
}
