// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One condition of a table filter; enum members compare with and without XML escapes, blanks trimmed.
public struct FilterCondition: Sendable, Hashable {
    /// How the property's value is compared.
    public enum Test: Sendable, Hashable {
        /// The value is one of these texts (booleans `true`, `false`; numbers by value). An absent property is blank.
        case oneOf([String])
        /// The value is none of these texts.
        case noneOf([String])
    }

    /// The property's name on its side.
    public var property: String
    /// The comparison.
    public var test: Test

    /// Makes a condition.
    public init(property: String, test: Test) {
        self.property = property
        self.test = test
    }
}
