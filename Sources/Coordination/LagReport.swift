// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What one round of asking Kafka brought.
struct LagReport: Sendable, Equatable {
    /// When it was asked, in milliseconds since 1970.
    var atMs: Int64
    /// Every partition that a worker's group reads, by worker in the graph's order.
    var partitions: [PartitionLag]
    /// The sum by worker; none where it could not be told.
    var lags: [String: Int64]
}
