// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What a worker asks of a consumer; ``Consumer`` says what each call does.
public protocol ConsumerClient: AnyObject {
    /// Whether the client is beyond use and has to be made anew.
    var isFatal: Bool { get }
    /// This member's id in its group; nil before it has joined.
    var memberID: String? { get }
    /// Joins the group; both closures run inside `poll` and `close`.
    func subscribe(
        _ topics: [String],
        startOffsets: (([TopicPartition]) throws -> [TopicPartition: Int64])?,
        onRebalance: @escaping (Consumer.Rebalance) -> Void
    ) throws
    /// Waits for the next event; nil when there was none in that time, and after `close`.
    func poll(timeoutMs: Int32) -> Consumer.Event?
    /// Replaces what is read, each partition from its offset.
    func assign(_ offsets: [TopicPartition: Int64]) throws
    /// Stops the partitions' records from coming.
    func pause(_ partitions: [TopicPartition]) throws
    /// Lets the partitions' records come again.
    func resume(_ partitions: [TopicPartition]) throws
    /// The group's offsets; nil where it has none.
    func committed(_ partitions: [TopicPartition], timeoutMs: Int32) throws -> [TopicPartition: Int64?]
    /// Commits the offsets (next to read) outside of a transaction, and waits for the answer.
    func commit(_ offsets: [TopicPartition: Int64]) throws
    /// The partition's first offset and its end; under `read_committed` the last stable offset.
    func watermarks(_ partition: TopicPartition, timeoutMs: Int32) throws -> (low: Int64, high: Int64)
    /// The member and generation of this moment.
    func groupMetadata() throws -> any GroupMetadata
    /// Leaves the group, after the handler has seen the revocation, and frees the client.
    func close()
}

extension Consumer: ConsumerClient {}
