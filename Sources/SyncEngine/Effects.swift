// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// A record of a change topic or of the inbox as the engine takes it; the bytes are valid during the call only.
public struct InputRecord {
    /// Topic without prefix.
    public var topic: String
    /// The entity of the topic: `items`.
    public var entity: String
    /// Partition.
    public var partition: Int32
    /// Offset.
    public var offset: Int64
    /// The record's own time, in milliseconds since 1970.
    public var timestamp: Int64
    /// The key; nil: none.
    public var key: UnsafeRawBufferPointer?
    /// The value; nil: a tombstone.
    public var value: UnsafeRawBufferPointer?
    /// The `traceparent` header.
    public var traceparent: String?
    /// It came by the inbox, and so is at home.
    public var isForwarded = false

    /// Makes a record.
    public init(
        topic: String,
        entity: String,
        partition: Int32,
        offset: Int64,
        timestamp: Int64,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        traceparent: String? = nil
    ) {
        self.topic = topic
        self.entity = entity
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.traceparent = traceparent
    }
}

/// What became of a record, as counted by `sync_records_total`.
public enum RecordResult: String, Sendable, CaseIterable {
    /// A create was published.
    case inserted
    /// An update or a change of state was published.
    case modified
    /// No mapped value differs.
    case unchanged
    /// Older than what was seen.
    case stale
    /// Outside the table filter, or not coupled where only coupled records go.
    case filtered
    /// Waits for a reference.
    case waiting
    /// Failed.
    case failed
    /// Merged behind a change in flight, or behind a skipped record.
    case queued
    /// Deleted, or its coupling ended.
    case deleted
}

/// Where the engine's effects go; all of one transaction become visible together.
public protocol EffectSink: AnyObject {
    /// A change for the other side.
    func publish(_ change: OutboundChange) throws
    /// A coupling record for the changelog, valid during the call; nil: a tombstone.
    func record(coupling: UnsafeRawBufferPointer?, pairKey: String, partition: Int32) throws
    /// An event that belongs to another partition.
    func forward(_ record: InputRecord, to partition: Int32, key: String) throws
    /// A record of the inbox that belongs to another partition of it.
    func reroute(_ record: InputRecord, to partition: Int32) throws
    /// An event that cannot be read.
    func deadLetter(_ record: InputRecord, errorClass: ErrorClass, reason: String) throws
    /// Counts what became of a record.
    func count(_ result: RecordResult, mapping: String)
    /// Counts an event whose record time and event time disagree.
    func countClockDisagreement()
    /// A delivery result named a row that cannot be the record's; its id was left aside.
    func leftAside(rowOf pair: PairKey, changeID: String)
    /// Whether stages are wanted; asked once.
    var isTracing: Bool { get }
    /// A stage that a record has come to; called only where stages are wanted.
    func trace(_ step: TraceStep)
}

extension EffectSink {
    /// Passes the row over.
    public func leftAside(rowOf pair: PairKey, changeID: String) {}

    /// No stages are wanted.
    public var isTracing: Bool { false }

    /// Passes the stage over.
    public func trace(_ step: TraceStep) {}
}
