// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// Bringing the local state up to date after an assignment.
struct Restoration {
    /// The positions of the changelogs that must be passed first.
    var ends: [TopicPartition: Int64]
    /// When it began.
    var startedAt: Int64
}
