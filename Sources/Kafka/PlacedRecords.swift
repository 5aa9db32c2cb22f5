// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The places that a broker gave to records of one producer, by which one that was not stored is found out.
///
/// An idempotent producer numbers its records. Where its count begins anew by mistake, as librdkafka's may when a topic
/// was made a moment before, the broker takes a record for a repeat of an earlier one and acknowledges that one's place:
/// the record is lost, and no error says so.
struct PlacedRecords {
    private var last: [TopicPartition: Int64] = [:]

    /// Takes the place of a record; records of a partition arrive in order.
    ///
    /// - Returns: false where it is not behind all earlier ones, and so is none of its own.
    mutating func take(_ partition: TopicPartition, offset: Int64) -> Bool {
        let isOwn = offset > last[partition] ?? -1
        if offset >= 0 { last[partition] = offset }
        return isOwn
    }
}
