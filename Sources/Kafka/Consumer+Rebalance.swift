// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

extension Consumer {
    /// Serves both protocols: eager ones replace the assignment, cooperative ones add to it and take from it.
    func rebalance(
        _ client: OpaquePointer,
        _ code: rd_kafka_resp_err_t,
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        let isCooperative = isCooperative(client)
        let partitions = PartitionList.elements(of: list).map(PartitionList.partition)
        do throws(KafkaError) {
            if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
                chooseOffsets(partitions, in: list)
                awaitStops(client)
                if isCooperative {
                    try KafkaError.check(rd_kafka_incremental_assign(client, list), "assign")
                } else {
                    try KafkaError.check(rd_kafka_assign(client, list), "assign")
                }
                assignmentChanged()
                hasBeenAssigned = true
                rebalanceHandler?(.assigned(partitions))
                return
            }
            rebalanceHandler?(rd_kafka_assignment_lost(client) != 0 ? .lost(partitions) : .revoked(partitions))
            awaitStops(client)
            if isCooperative {
                try KafkaError.check(rd_kafka_incremental_unassign(client, list), "unassign")
            } else {
                try KafkaError.check(rd_kafka_assign(client, nil), "unassign")
            }
            assignmentChanged()
            if code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS { throw KafkaError(code, operation: "rebalance") }
        } catch {
            rebalanceError = error
        }
    }

    /// Whether the group that the client has joined uses the cooperative protocol.
    func isCooperative(_ client: OpaquePointer) -> Bool {
        rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
    }

    /// Puts the owner's choice into the list; where there is none the list stands for the group's offsets.
    private func chooseOffsets(
        _ partitions: [TopicPartition],
        in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        guard let startOffsets else { return }
        do {
            for (partition, offset) in try startOffsets(partitions) {
                // Only assigned partitions are in the list; others are not ours to read.
                rd_kafka_topic_partition_list_set_offset(list, partition.topic, partition.partition, offset)
            }
        } catch let error as KafkaError {
            rebalanceError = error
        } catch {
            rebalanceError = KafkaError(
                RD_KAFKA_RESP_ERR__APPLICATION,
                operation: "start offsets",
                message: String(describing: error)
            )
        }
    }
}
