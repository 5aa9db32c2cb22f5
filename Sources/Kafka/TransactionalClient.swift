// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What a worker asks of a producer with transactions; ``TransactionalProducer`` says what each call does.
public protocol TransactionalClient: RecordQueue {
    /// The id that fences an older producer of the same id.
    var transactionalID: String { get }
    /// Whether the client is beyond use and has to be made anew.
    var isFatal: Bool { get }
    /// Fences older producers of this id, ends what they left open, and waits for it.
    func initTransactions(timeoutMs: Int32) throws
    /// Opens a transaction.
    func begin() throws
    /// Makes the consumer's offsets (next to read) part of the transaction; refused for an outdated generation.
    func sendOffsets(_ offsets: [TopicPartition: Int64], metadata: any GroupMetadata, timeoutMs: Int32) throws
    /// Waits for all deliveries and commits; throws the first delivery's error where one failed.
    func commit(timeoutMs: Int32) throws
    /// Drops what the transaction produced and sent.
    func abort(timeoutMs: Int32) throws
}

extension TransactionalProducer: TransactionalClient {}
