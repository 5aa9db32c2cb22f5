// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The name of a coupled pair, which never changes: `<mapping>/<company>/<id of the record at whose side it began>`.
public struct PairKey: Sendable, Hashable, CustomStringConvertible {
    /// The mapping's name.
    public let mapping: String
    /// The company, verbatim.
    public let company: String
    /// The record's id; of a line without an id of its own, its document's id and line number.
    public let id: String

    /// Makes a pair key from its parts.
    public init(mapping: String, company: String, id: String) {
        self.mapping = mapping
        self.company = company
        self.id = id
    }

    /// The key as text.
    public var description: String {
        var text = ""
        text.reserveCapacity(mapping.utf8.count + company.utf8.count + id.utf8.count + 2)
        text += mapping
        text += "/"
        text += company
        text += "/"
        text += id
        return text
    }
}
