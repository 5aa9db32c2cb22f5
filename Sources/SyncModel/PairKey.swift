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

    /// The key as text, made once, since every event needs it several times.
    public let description: String

    /// Makes a pair key from its parts.
    public init(mapping: String, company: String, id: String) {
        self.mapping = mapping
        self.company = company
        self.id = id
        var text = mapping
        text.reserveCapacity(mapping.utf8.count + company.utf8.count + id.utf8.count + 2)
        text += "/"
        text += company
        text += "/"
        text += id
        description = text
    }

    /// Makes a pair key from its text, of which mapping and company are known; nil where they do not fit.
    init?(_ text: String, mapping: String, company: String) {
        let slash = CollectionOfOne(UInt8(ascii: "/"))
        var rest = text.utf8[...]
        guard rest.starts(with: mapping.utf8) else { return nil }
        rest = rest.dropFirst(mapping.utf8.count)
        guard rest.starts(with: slash), rest.dropFirst().starts(with: company.utf8) else { return nil }
        rest = rest.dropFirst(1 + company.utf8.count)
        guard rest.starts(with: slash) else { return nil }
        self.mapping = mapping
        self.company = company
        id = String(Substring(rest.dropFirst()))
        description = text
    }
}
