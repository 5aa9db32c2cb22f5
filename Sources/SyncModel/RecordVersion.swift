// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The version of a source record, by which older never overwrites newer (I7).
public struct RecordVersion: Sendable, Hashable {
    /// The source system's own row version; nil where the event has none.
    public var sequence: Int64?
    /// The record's own time of modification as text; nil where it has none (a delete).
    public var modifiedAt: String?
    /// The time of the event (`ts_ms`), in milliseconds since 1970.
    public var eventAt: Int64

    /// Makes a version from its parts.
    public init(sequence: Int64?, modifiedAt: String?, eventAt: Int64) {
        self.sequence = sequence
        self.modifiedAt = modifiedAt
        self.eventAt = eventAt
    }

    /// The version of a record that a tombstone deleted, which has none of its own, where this one was seen last.
    ///
    /// What is older stays stale. The same version again brings the record back: it lies behind the tombstone, and that is
    /// all that is known of their order.
    public var beforeTombstone: RecordVersion {
        RecordVersion(
            sequence: sequence.map { max($0, .min + 1) - 1 },
            modifiedAt: nil,
            eventAt: max(eventAt, .min + 1) - 1
        )
    }

    /// How a version stands to the last one seen.
    public enum Order: Sendable, Hashable {
        /// Older than what was seen: writes nothing.
        case stale
        /// The same row version again.
        case same
        /// To be taken.
        case newer
    }

    /// Compares an arriving version with the last one seen of the record.
    ///
    /// - Parameters:
    ///   - seen: the last version seen.
    ///   - isDelete: a delete has no image of its own, so its time is compared with the last event's.
    ///   - seenWasDelete: only an event later than the delete revives a record.
    /// - Returns: how the arriving version stands to the one seen.
    public func order(against seen: RecordVersion, isDelete: Bool = false, seenWasDelete: Bool = false) -> Order {
        if let sequence, let last = seen.sequence {
            // A delete has no row version of its own: some producers give it the last one of the row.
            if sequence == last { return isDelete && !seenWasDelete ? .newer : .same }
            return sequence < last ? .stale : .newer
        }
        if isDelete || seenWasDelete {
            if eventAt == seen.eventAt { return isDelete && !seenWasDelete ? .newer : .same }
            return eventAt < seen.eventAt ? .stale : .newer
        }
        if let mine = modifiedAt.flatMap(Timestamp.microseconds),
            let theirs = seen.modifiedAt.flatMap(Timestamp.microseconds), mine != theirs
        {
            return mine < theirs ? .stale : .newer
        }
        return eventAt < seen.eventAt ? .stale : .newer
    }

    /// Whether the record's time and the event's time put the two versions in opposite orders.
    public func disagrees(with seen: RecordVersion) -> Bool {
        guard modifiedAt != seen.modifiedAt, let mine = modifiedAt.flatMap(Timestamp.microseconds),
            let theirs = seen.modifiedAt.flatMap(Timestamp.microseconds)
        else { return false }
        return (mine < theirs && eventAt > seen.eventAt) || (mine > theirs && eventAt < seen.eventAt)
    }
}
