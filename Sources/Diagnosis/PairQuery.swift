// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import SyncModel

/// What an operator names a pair by: its pair key, an id of either side, or its natural key.
package struct PairQuery: Sendable, Hashable {
    /// The text as given, without blanks around it.
    package let text: String
    /// The mapping that was asked for, or that the pair key begins with; nil: any.
    package let mapping: String?
    /// The text is an id, whatever it is the id of.
    package let isID: Bool
    private let normalized: String

    /// Makes a query.
    ///
    /// - Parameters:
    ///   - text: a pair key, an id (also in braces, as some programs show it) or a natural key.
    ///   - mapping: the only mapping to look in; nil: all.
    ///   - mappingNames: the names that a pair key may begin with.
    package init(_ text: String, mapping: String?, mappingNames: [String]) {
        var given = text.drop { $0 == " " || $0.isNewline }
        while let last = given.last, last == " " || last.isNewline { given.removeLast() }
        if given.hasPrefix("{"), given.hasSuffix("}"), NamedUUID.isUUID(String(given.dropFirst().dropLast())) {
            given = given.dropFirst().dropLast()
        }
        self.text = String(given)
        self.mapping = mapping ?? mappingNames.first { given.hasPrefix("\($0)/") }
        isID = NamedUUID.isUUID(self.text)
        normalized = NaturalKey.normalized(self.text)
    }

    /// Whether a pair is meant.
    package func matches(_ coupling: Coupling) -> Bool {
        matches(PairGlance(coupling, partition: 0))
    }

    /// Whether a pair is meant.
    package func matches(_ pair: PairGlance) -> Bool {
        if pair.pairKey.description == text { return true }
        if let mapping, pair.pairKey.mapping != mapping { return false }
        if isID {
            let id = text.lowercased()
            return pair.id == id || pair.pairKey.id == id || pair.rowID == id
        }
        return pair.pairKey.id == text || pair.key.map { NaturalKey.normalized($0) == normalized } ?? false
    }

    /// Whether a record is meant that others wait for.
    package func matches(_ reference: Waiting.Reference) -> Bool {
        if let mapping, reference.mapping != mapping { return false }
        return NaturalKey.normalized(reference.key) == normalized
    }

    /// The longest part of the text that JSON has as it is, but for the case of its letters.
    ///
    /// Every record that names what is meant has it somewhere, so that others need not be parsed; empty: nothing can be
    /// told without. (A key that was typed with other letters, which only capitals make the same, is not found: `SS` for a
    /// sharp s.)
    package var literal: [UInt8] { Self.literal(of: text) }

    /// The longest part of a text that JSON has as it is, but for the case of its letters.
    package static func literal(of text: String) -> [UInt8] {
        var best: Range<Int>?
        let bytes = Array(text.utf8)
        var start = 0
        for index in 0...bytes.count {
            let isPlain =
                index < bytes.count && (0x20..<0x7f).contains(bytes[index]) && bytes[index] != UInt8(ascii: "\"")
                && bytes[index] != UInt8(ascii: "\\")
            if isPlain { continue }
            if index - start > best?.count ?? 0 { best = start..<index }
            start = index + 1
        }
        return best.map { Array(bytes[$0]) } ?? []
    }
}
