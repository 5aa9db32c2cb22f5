// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// The events of one Kafka transaction.
final class Batch {
    let producer: any TransactionalClient
    let metadata: (any GroupMetadata)?
    let startedAt: Int64
    var events = 0
    var bytes = 0
    var offsets: [TopicPartition: Int64] = [:]
    /// The newest of its records had been in its topic for long, so that nobody waits for the next few milliseconds.
    var isBacklog = false

    init(producer: any TransactionalClient, metadata: (any GroupMetadata)?, startedAt: Int64) {
        self.producer = producer
        self.metadata = metadata
        self.startedAt = startedAt
    }
}
