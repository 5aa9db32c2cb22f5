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
        let lengths: Int = mapping.utf8.count + company.utf8.count + id.utf8.count
        description = String(utf8Count: lengths + 2) { (text: inout TextParts) in
            text.append(mapping)
            text.append(character: "/")
            text.append(company)
            text.append(character: "/")
            text.append(id)
        }
    }

    /// Makes a pair key from its text, of which mapping and company are known; nil where they do not fit.
    init?(_ text: String, mapping: String, company: String) {
        self.init(text, mappingLength: mapping.utf8.count, companyLength: company.utf8.count)
        guard self.mapping == mapping, self.company == company else { return nil }
    }

    /// Makes a pair key from its text, of which the lengths of mapping and company are known, in bytes of UTF-8.
    ///
    /// Nil where the text has no separator behind them.
    init?(_ text: String, mappingLength: Int, companyLength: Int) {
        let bytes = text.utf8
        guard bytes.count >= mappingLength + companyLength + 2 else { return nil }
        let mappingEnd = bytes.index(bytes.startIndex, offsetBy: mappingLength)
        let company = bytes.index(after: mappingEnd)
        let companyEnd = bytes.index(company, offsetBy: companyLength)
        guard bytes[mappingEnd] == UInt8(ascii: "/"), bytes[companyEnd] == UInt8(ascii: "/") else { return nil }
        mapping = String(decoding: bytes[..<mappingEnd], as: UTF8.self)
        self.company = String(decoding: bytes[company..<companyEnd], as: UTF8.self)
        id = String(decoding: bytes[bytes.index(after: companyEnd)...], as: UTF8.self)
        description = text
    }
}
