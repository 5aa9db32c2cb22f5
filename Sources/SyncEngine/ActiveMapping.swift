// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import SyncModel

/// A table mapping with its rule, as a worker runs it; one object, since every event passes it on.
public final class ActiveMapping: Sendable {
    /// The mapping, with the fields that hold under the settings and go to Dataverse.
    public let mapping: TableMapping
    /// Its rule.
    public let rule: any EntityRule
    /// Only one record may have a natural key: the first that publishes with it owns it.
    let claimsNaturalKey: Bool
    /// The fields that an event's values are read by, the rule's own left out.
    let fields: [ActiveField]
    /// Where the first field of a column stands among them.
    let places: [String: Int]
    /// The rule's own fields whose texts have a longest length.
    let limitedByRule: [FieldMapping]

    /// Makes an active mapping: fields of other settings or of the other direction fall away.
    public init(_ mapping: TableMapping, rule: any EntityRule, conditions: Set<TableMapping.Condition>) {
        var mapping = mapping
        mapping.fields = mapping.fields.filter {
            $0.direction != .fromDataverse && ($0.condition.map(conditions.contains) ?? true)
        }
        self.mapping = mapping
        self.rule = rule
        claimsNaturalKey = mapping.keyIsUnique && !rule.makesUniqueKey
        fields = mapping.fields.filter { !$0.isByRule && $0.access != .readOnly }.map { ActiveField($0) }
        places = Dictionary(fields.enumerated().map { ($1.mapping.column, $0) }) { first, _ in first }
        limitedByRule = mapping.fields.filter { $0.isByRule && $0.maximumLength != nil }
    }

    /// Whether a record's image meets the table filter; one that the filter cannot judge does, to fail afterwards.
    func admits(_ image: JSONValue) -> Bool {
        for condition in mapping.businessCentral.filter where !condition.holds(for: image) {
            return condition.flaw(in: image) != nil
        }
        return true
    }

    /// Refuses a record whose values the table filter cannot judge, or whose natural key is not told: it must be neither
    /// taken nor left out by mistake.
    func checkFilter(_ image: JSONValue) throws(RecordError) {
        for condition in mapping.businessCentral.filter {
            if let flaw = condition.flaw(in: image) { throw flaw }
        }
        try PropertyReader.checkTold(image, mapping.businessCentral.key)
    }
}

/// A field mapping as one object, with its names as they are compared.
final class ActiveField: Sendable {
    let mapping: FieldMapping
    let column: [UInt8]
    let property: [UInt8]?
    /// The value that is always written, as the base keeps it.
    let constant: [UInt8]?
    /// The reference, where it is one that is either there or waited for.
    let lookup: ActiveLookup?

    init(_ mapping: FieldMapping) {
        self.mapping = mapping
        column = Array(mapping.column.utf8)
        property = mapping.property.map { Array($0.utf8) }
        constant = mapping.constant
            .flatMap { Evaluation.constant($0, mapping)?.baseText }
            .map { Array($0.utf8) }
        lookup = mapping.lookup.flatMap { ActiveLookup($0) }
    }

    /// Whether the source's own bytes are what was agreed for the column, so that there is nothing to work out.
    ///
    /// Where in doubt it is not: then the value is made, and compared as what it means.
    func isAgreed(_ image: JSONValue, _ base: AgreedValues) -> Bool {
        column.withUnsafeBytes { column in
            if let constant { return constant.withUnsafeBytes { base.has(column, $0) } }
            guard mapping.constant == nil, mapping.lookup == nil, let property,
                let (kind, text) = property.withUnsafeBytes({ image.text(ofMember: $0) })
            else { return false }
            if kind == .null { return base.has(column, nil) }
            switch (mapping.type, kind) {
            case (.text, .string):
                if text.isEmpty { return base.has(column, nil) }
                return text.count <= mapping.maximumLength ?? .max && base.has(column, text)
            case (.decimal, .number), (.integer, .number):
                let isChanged = mapping.transformation == .zeroIfNegative && text.first == UInt8(ascii: "-")
                return !isChanged && base.has(column, text)
            case (.boolean, .bool): return base.has(column, text)
            default: return false
            }
        }
    }
}

/// A reference by natural key or id, with its names as they stand in the indexes.
final class ActiveLookup: Sendable {
    let mapping: [UInt8]
    let key: [[UInt8]]
    let byID: Bool

    /// Nil where more than the key decides what is referred to.
    init?(_ lookup: FieldMapping.Lookup) {
        guard let mapping = lookup.mappings.first, !lookup.key.isEmpty, !lookup.isDeferrable,
            !lookup.blankIsLocalCurrency, lookup.idProperty == nil
        else { return nil }
        self.mapping = Array(mapping.utf8)
        key = (lookup.ownerKey.isEmpty ? lookup.key : lookup.ownerKey).map { Array($0.utf8) }
        byID = lookup.byID
    }

    /// Appends the key that an image gives, as the indexes hold it, and tells whether it is one.
    ///
    /// Not where a part is missing or blank, or is written otherwise in the indexes but for upper case.
    func appendKey(of image: JSONValue, to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        for (index, property) in key.enumerated() {
            guard let (kind, text) = property.withUnsafeBytes({ image.text(ofMember: $0) }),
                kind == .string || kind == .number, !text.isEmpty
            else { return false }
            if index > 0 { bytes.append(UInt8(ascii: "/")) }
            bytes.append(contentsOf: text)
        }
        if !byID {
            for index in start..<bytes.count where (0x61...0x7a).contains(bytes[index]) { bytes[index] -= 0x20 }
        }
        return bytes.withUnsafeBytes { bytes in
            let key = UnsafeRawBufferPointer(rebasing: bytes[start...])
            return byID ? key.allSatisfy { !(0x41...0x5a).contains($0) } : IndexKeys.isNormal(key)
        }
    }
}
