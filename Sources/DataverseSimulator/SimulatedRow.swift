// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A row of the simulated Dataverse.
public struct SimulatedRow: Sendable, Hashable {
    /// The row's id.
    public let id: String
    /// Column values by logical name, as canonical text: numbers without needless zeros, references as the row's id.
    ///
    /// A column without a value is absent.
    public internal(set) var columns: [String: String]
    /// Grows with every write in the organization.
    public internal(set) var version: Int64
    /// The pair whose create made or matched the row; nil: seeded, or made along with another row.
    public internal(set) var owner: String?

    /// The version tag: `W/"17"`.
    public var etag: String { "W/\"\(version)\"" }

    /// A column's value; nil where it has none.
    public subscript(_ column: String) -> String? { columns[column] }
}
