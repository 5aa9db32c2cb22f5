// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka
import Synchronization

// Unchecked: every call on the cluster is an operation handed to its own thread, and the mutex keeps them off a freed one.

/// librdkafka's mock cluster on loopback TCP: the broker of the demo and of quick tests.
///
/// It keeps 5 MB or 100,000 messages a partition, shows aborted records, forgets offsets committed in transactions, does
/// not fence, and knows no admin calls.
public final class EmbeddedBroker: @unchecked Sendable {
    /// `bootstrap.servers` for its clients.
    public let bootstrapServers: String

    private let cluster: OpaquePointer
    private let client: ClientHandle
    private let isOpen = Mutex(true)

    /// Starts brokers on free ports.
    public init(brokerCount: Int = 1) throws {
        let handle = try ClientHandle(RD_KAFKA_PRODUCER, KafkaConfiguration([:]), context: ClientContext(nil))
        guard let cluster = rd_kafka_mock_cluster_new(try handle.live("start"), Int32(brokerCount)) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, operation: "start", message: "No mock cluster could be started")
        }
        self.cluster = cluster
        client = handle
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit { close() }

    /// Creates a topic; the admin calls do not reach this broker.
    public func createTopic(_ name: String, partitions: Int32, replication: Int32 = 1) throws {
        let code = isOpen.withLock { isOpen in
            isOpen ? rd_kafka_mock_topic_create(cluster, name, partitions, replication) : RD_KAFKA_RESP_ERR__DESTROY
        }
        try KafkaError.check(code, "create topic")
    }

    /// Makes a broker the leader of a partition.
    public func setLeader(_ partition: TopicPartition, broker: Int32) throws {
        let code = isOpen.withLock { isOpen in
            guard isOpen else { return RD_KAFKA_RESP_ERR__DESTROY }
            return rd_kafka_mock_partition_set_leader(cluster, partition.topic, partition.partition, broker)
        }
        try KafkaError.check(code, "set leader")
    }

    /// Cuts connections and refuses new ones until `setReachable(true)`.
    public func setReachable(_ isReachable: Bool, broker: Int32 = 1) throws {
        let code = isOpen.withLock { isOpen in
            guard isOpen else { return RD_KAFKA_RESP_ERR__DESTROY }
            return isReachable
                ? rd_kafka_mock_broker_set_up(cluster, broker) : rd_kafka_mock_broker_set_down(cluster, broker)
        }
        try KafkaError.check(code, "set reachable")
    }

    /// Lets the next requests of a kind fail, one with each of the codes.
    ///
    /// - Parameters:
    ///   - apiKey: the protocol's number of the request: 9 for a group's offsets, 2 for a partition's.
    ///   - codes: the protocol's numbers of the errors, such as 14 for `COORDINATOR_LOAD_IN_PROGRESS`.
    public func failNext(apiKey: Int16, codes: [Int32]) {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
            rd_kafka_mock_push_request_errors_array(cluster, apiKey, errors.count, errors)
        }
    }

    /// Stops the brokers; what they held is gone.
    public func close() {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            isOpen = false
            rd_kafka_mock_cluster_destroy(cluster)
            client.destroy()
        }
    }
}
