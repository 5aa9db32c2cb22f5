// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What workers and the coordinator ask about topics, offsets and groups; ``Admin`` says what each call does.
public protocol AdminClient: AnyObject {
    /// The topics that exist with their partition counts.
    func topics(timeoutMs: Int32) throws -> [String: Int32]
    /// The offsets behind the last record of each partition.
    func endOffsets(
        _ partitions: [TopicPartition],
        isolation: Admin.Isolation,
        timeoutMs: Int32
    ) throws -> [TopicPartition: Int64]
    /// The offset of the first record of each partition.
    func beginningOffsets(_ partitions: [TopicPartition], timeoutMs: Int32) throws -> [TopicPartition: Int64]
    /// A group's committed offsets, of these partitions or of all that it has any for; nil where it has none.
    func groupOffsets(
        _ group: String,
        _ partitions: [TopicPartition]?,
        timeoutMs: Int32
    ) throws -> [TopicPartition: Int64?]
    /// A group's state and members; one that does not exist is `dead` and has none.
    func describeGroup(_ group: String, timeoutMs: Int32) throws -> GroupDescription
    /// Frees the client.
    func close()
}

extension Admin: AdminClient {}
