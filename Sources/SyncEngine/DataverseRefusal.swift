// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Dataverse's error codes that mean something to the engine.
enum DataverseRefusal {
    /// A create whose row, by our own id, is there already.
    static let duplicateID = "0x80040237"
    /// The state is the one that a product has already.
    static let sameState: Set<String> = ["0x8004f980", "0x8004f981", "0x8004f982"]
    /// The row is not there: it went along with the one that it belonged to.
    static let goneRow: Set<String> = ["0x80040217", "0x80060891"]
    /// Others refer to the row that is to be deleted.
    static let referencedRow: Set<String> = ["0x80040227"]

    /// Whether an error says that others refer to the row: by the code, or by the class that a delivery gave it.
    static func isReferencedRow(_ error: RecordError, for operation: Operation) -> Bool {
        operation == .delete && (error.errorClass == .dependency || referencedRow.contains(error.code))
    }

    /// Whether the code says that the operation's outcome is there already, so that nothing is left to do.
    static func isDoneAlready(_ code: String, for operation: Operation) -> Bool {
        switch operation {
        case .setState: sameState.contains(code)
        case .delete: goneRow.contains(code)
        default: false
        }
    }
}
