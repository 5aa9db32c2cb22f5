// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What the target shall look for, to find a row that only it knows: exactly one where all conditions hold.
///
/// One object, since the same ones come again and again.
public final class TargetQuery: Sendable {
    /// A condition that the row meets.
    public struct Condition: Sendable, Hashable {
        /// The column.
        public var column: String
        /// Its value; a GUID as text.
        public var value: String
        /// The value is the boolean true, not a text.
        public var isTrue: Bool

        /// A column that equals a text.
        public init(_ column: String, equals value: String) {
            self.column = column
            self.value = value
            isTrue = false
        }

        /// A column that is true.
        public init(isTrue column: String) {
            self.column = column
            value = "true"
            isTrue = true
        }
    }

    /// Entity set name of the row.
    public let entitySet: String
    /// What it is known by.
    public let conditions: [Condition]
    /// The whole as a query: `transactioncurrencies?isocurrencycode=GBP`.
    public let text: String

    /// Makes a query from its parts.
    public init(_ entitySet: String, where conditions: [Condition]) {
        self.entitySet = entitySet
        self.conditions = conditions
        let parts = conditions.map { "\($0.column)=\($0.value)" }
        text = parts.isEmpty ? entitySet : entitySet + "?" + parts.joined(separator: "&")
    }
}

extension TargetQuery: Hashable {
    /// Whether both look for the same.
    public static func == (left: TargetQuery, right: TargetQuery) -> Bool {
        left === right || (left.entitySet == right.entitySet && left.conditions == right.conditions)
    }

    /// Hashes what is looked for.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
