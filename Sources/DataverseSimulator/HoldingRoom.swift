// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A row by entity set and id; without id: any row of the set.
struct RowName: Hashable {
    let entitySet: String
    let id: String?

    init(_ entitySet: String, _ id: String?) {
        self.entitySet = entitySet
        self.id = id
    }
}

/// Changes that cannot be applied yet, each with what follows it on its row.
struct HoldingRoom {
    private var queues: [String: [ReceivedChange]] = [:]
    private var waiters: [RowName: Set<String>] = [:]
    private(set) var count = 0

    /// Whether a change of the row is held.
    func holds(_ recordID: String) -> Bool { queues[recordID] != nil }

    /// Holds a change until the awaited row is written.
    mutating func hold(_ change: ReceivedChange, awaiting row: RowName) {
        queue(change)
        waiters[row, default: []].insert(change.recordID)
    }

    /// Holds a change behind an earlier one of its row.
    mutating func queue(_ change: ReceivedChange) {
        queues[change.recordID, default: []].append(change)
        count += 1
    }

    /// Takes out the changes of the rows that waited for this one, in the order of their arrival.
    mutating func released(by row: RowName) -> [ReceivedChange] {
        let named = waiters.removeValue(forKey: row) ?? []
        let any = waiters.removeValue(forKey: RowName(row.entitySet, nil)) ?? []
        var changes: [ReceivedChange] = []
        for recordID in named.union(any).sorted() { changes += queues.removeValue(forKey: recordID) ?? [] }
        count -= changes.count
        return changes
    }
}
