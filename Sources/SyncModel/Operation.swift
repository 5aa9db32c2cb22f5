// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What a change does on the target.
public enum Operation: String, Sendable, Hashable {
    /// Makes the record with an id that we chose.
    case create
    /// Writes changed columns.
    case update
    /// Deletes the record.
    case delete
    /// Sets state and status.
    case setState
}
