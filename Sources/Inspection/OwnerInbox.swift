// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
package import Kafka
import SyncModel

/// The inbox of a worker, through which its pairs are told what to do, in their own order.
package struct OwnerInbox {
    /// Its topic, with prefix.
    package let topic: String
    private let cluster: Cluster

    /// The inbox of a worker of the installation whose topic names begin with a prefix.
    package init(of worker: String, cluster: Cluster, prefix: String) {
        topic = SyncTopics(prefix: prefix).inbox(of: worker)
        self.cluster = cluster
    }

    /// Sends an order for a pair and waits until it has arrived.
    ///
    /// - Parameters:
    ///   - order: what its owner is to do.
    ///   - pair: the pair as it stands.
    ///   - now: the time in milliseconds since 1970.
    /// - Returns: where it was put.
    /// - Throws: `InspectionError.refused` where it makes no sense for the pair's state.
    package func send(_ order: PairOrder, to pair: PairGlance, at now: Int64) throws -> TopicPartition {
        if let refusal = order.refusal(pair.state) {
            throw InspectionError(.refused, "\(pair.pairKey) is \(pair.state.rawValue); \(refusal)")
        }
        let count = try cluster.partitionCount(of: topic)
        // The coupling lies in the home partition, and the inbox has as many partitions as the couplings topic.
        guard pair.partition < count else {
            throw InspectionError(.refused, "\(topic) has \(count) partitions; mend it, see 'syncctl topics check'")
        }
        let key = pair.pairKey.description
        let value = order.record(key, at: now)
        try cluster.produce(topic: topic, partition: pair.partition, key: Array(key.utf8), value: value)
        return TopicPartition(topic, pair.partition)
    }
}
