// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The records whose last event was a delete, as far as it was read lately.
///
/// The tombstone that a database connector sends behind a delete says nothing more, and its time is the broker's. Where
/// the connector repeats itself, the delete is older than what is known and writes nothing; then its tombstone must not
/// delete either, or the record would be gone whose later events are repeats too.
struct RecentDeletes {
    /// Of more the earliest are forgotten: a tombstone is sent along with its delete.
    static let limit = 10_000

    private var ids: [String: Set<String>] = [:]
    private var order: [(entity: String, id: String)] = []
    private var oldest = 0

    /// Takes note of a record's event.
    mutating func took(_ event: (entity: String, id: String), isDelete: Bool) {
        if !isDelete {
            // Its place in the order stays; what it stood for is gone.
            if !ids.isEmpty { ids[event.entity]?.remove(event.id) }
            return
        }
        guard ids[event.entity, default: []].insert(event.id).inserted else { return }
        guard order.count == Self.limit else { return order.append(event) }
        let forgotten = order[oldest]
        ids[forgotten.entity]?.remove(forgotten.id)
        order[oldest] = event
        oldest = (oldest + 1) % Self.limit
    }

    /// Whether the last event that was read of this record was a delete.
    func contains(entity: String, id: String) -> Bool {
        ids[entity]?.contains(id) ?? false
    }
}
