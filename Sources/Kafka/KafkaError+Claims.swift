// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// What callers ask of an error beyond its disposition.
extension KafkaError {
    /// A transaction was being committed, or the offsets of one, or offsets alone: the effect may be there or not.
    public var isOfCommit: Bool { operation == "commit" || operation == "send offsets" }

    /// A partition has no valid offset to read from, and none is chosen by itself.
    public var isOffsetGone: Bool { code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET.rawValue }

    /// The broker may have taken a record for a repeat of an earlier one, and then lacks it: it is to be sent again.
    public var isOfRepeat: Bool { code == RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER.rawValue }

    /// The client is connected to no broker.
    public var isEveryBrokerDown: Bool { code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue }
}
