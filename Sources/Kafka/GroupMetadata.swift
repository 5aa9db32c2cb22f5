// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// The consumer's member and generation at the moment it was taken; offsets sent with an older one are refused.
///
/// Each kind of client makes its own, and its transactional producer takes no other.
public protocol GroupMetadata: Sendable {}

// Unchecked: nothing changes the object behind the pointer between init and deinit; librdkafka copies it.

/// librdkafka's.
final class ConsumerGroupMetadata: GroupMetadata, @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}
