// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One header of a record.
public struct Header: Hashable, Sendable {
    /// The header's name; names may repeat.
    public var name: String
    /// The bytes; nil is a null value, which is not the same as an empty one.
    public var value: [UInt8]?

    /// Makes a header from bytes.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// Makes a header from text.
    public init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}
