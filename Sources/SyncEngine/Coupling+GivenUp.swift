// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Changes whose result never came and that an operator gives up.
///
/// Nobody knows whether such a change was carried out, so what it wrote is written again whatever was agreed before.
extension Coupling {
    /// Among the facts: the columns of changes that were given up, joined by commas; no property has this name.
    private static let unsureFact = "@unsure"

    /// A change was given up, and nothing has been applied since that settles what it did.
    var isUnsure: Bool { !bc.facts.isEmpty && bc.facts[Self.unsureFact] != nil }

    /// Whether a change that was given up wrote the column.
    func isUnsure(of column: String) -> Bool { isUnsure && unsureColumns.contains(column) }

    private var unsureColumns: Set<String> {
        Set((bc.facts[Self.unsureFact] ?? "").split(separator: ",").map(String.init))
    }

    /// Gives up the change on its way; its result is that of an unknown change from now on.
    ///
    /// - Returns: whether there was one.
    mutating func giveUpChange() -> Bool {
        guard let change = inFlight else { return false }
        inFlight = nil
        let columns = unsureColumns.union(change.values.keys)
        bc.facts[Self.unsureFact] = columns.sorted().joined(separator: ",")
        if change.operation == .delete, waiting?.wish != .delete {
            // The row may be gone: it is made again, and a duplicate of its own id becomes an update.
            crm.isCreated = false
            base = [:]
            exists = false
        }
        return true
    }

    /// Notes that a change was applied: what it writes is known again.
    mutating func settle(_ operation: Operation) {
        guard isUnsure else { return }
        let state: Set<String> = ["statecode", "statuscode"]
        let isState = operation == .setState
        let rest =
            operation == .create || operation == .delete
            ? [] : unsureColumns.filter { state.contains($0) != isState }
        bc.facts[Self.unsureFact] = rest.isEmpty ? nil : rest.sorted().joined(separator: ",")
    }
}
