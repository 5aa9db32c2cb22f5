// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension Evaluation {
    /// Applies the field mappings.
    ///
    /// A property that the event does not carry, or does not tell, leaves its column alone; null, an empty text where a
    /// text or a member of an option is wanted, an empty date and an all-zero id clear it.
    mutating func applyFields() throws {
        if !leavesOutAgreed { columns.reserveCapacity(active.fields.count + 4) }
        for field in active.fields {
            if leavesOutAgreed {
                if field.isAgreed(image, coupling.base) { continue }
                if let lookup = field.lookup, try isAgreed(lookup, column: field.column) { continue }
            }
            guard let value = try value(of: field.mapping) else { continue }
            columns.append(
                MappedColumn(
                    field.mapping.column,
                    value,
                    access: field.mapping.access,
                    isImpliedOnCreate: field.mapping.isImpliedOnCreate,
                    changeIsError: field.mapping.changeIsError
                )
            )
        }
    }

    /// Holds the texts that the rule made to their columns' lengths too.
    mutating func limitLengthsByRule() throws(RecordError) {
        for field in active.limitedByRule {
            guard let index = columns.firstIndex(where: { $0.name == field.column }),
                case .text(let text) = columns[index].value
            else { continue }
            columns[index].value = try Evaluation.text(text, field)
        }
    }

    mutating func value(of field: FieldMapping) throws -> ColumnValue? {
        if let constant = field.constant { return Evaluation.constant(constant, field) }
        if let lookup = field.lookup { return try reference(lookup, field) }
        guard let property = field.property, let told = image[property], !PropertyReader.isUntold(told) else {
            return nil
        }
        switch field.type {
        case .text:
            return try Evaluation.text(try PropertyReader.text(image, property), field)
        case .decimal, .integer:
            guard let number = try PropertyReader.decimal(image, property) else { return .null }
            if field.transformation == .zeroIfNegative, number.isNegative { return .number(DecimalText(0)) }
            return .number(number)
        case .boolean:
            return try PropertyReader.boolean(image, property).map { .bool($0) } ?? .null
        case .date:
            return try Evaluation.date(try PropertyReader.text(image, property), property)
        case .option:
            guard let text = try PropertyReader.text(image, property) else { return .null }
            let member = PropertyReader.unescape(text)
            if member.allSatisfy({ $0 == " " }) { return .null }
            guard let option = field.options[member] else {
                throw RecordError.permanent(
                    "UnknownOption",
                    "property \"\(property)\" has a member that column \(field.column) does not know; "
                        + "known are \(field.options.keys.sorted().joined(separator: ", "))"
                )
            }
            return .number(DecimalText(Int64(option)))
        case .lookup, .owner, .entityName:
            return nil
        }
    }

    private mutating func reference(_ lookup: FieldMapping.Lookup, _ field: FieldMapping) throws -> ColumnValue? {
        guard let mappingName = lookup.mappings.first else { return nil }
        guard var key = PropertyReader.key(image, lookup.key) else {
            try PropertyReader.checkTold(image, lookup.key)
            guard coupling.base[field.column] == nil else { return nil }
            if lookup.isRequired { throw Evaluation.blank(lookup, field) }
            // A new row needs a currency; a record without one is in the local currency.
            return lookup.blankIsLocalCurrency ? try localCurrency(navigation: lookup.navigation) : nil
        }
        if lookup.byID { key = key.lowercased() }
        let last = lookup.key.last.flatMap { image[$0]?.string } ?? key
        if lookup.blankIsLocalCurrency {
            return try currency(code: last, mapping: mappingName, navigation: lookup.navigation)
        }
        if last.isEmpty || last == ChangeEvent.blankID {
            if lookup.isRequired { throw Evaluation.blank(lookup, field) }
            return .null
        }
        if lookup.isDeferrable {
            if let active = activeMappings, !active.contains(mappingName) { return nil }
            let found = try find(mappingName, key: key, byID: lookup.byID)
            guard let found, found.exists else {
                deferred.append(.init(mapping: mappingName, key: key, reason: found?.reason ?? .unseen))
                return nil
            }
            return .reference(navigation: lookup.navigation, entitySet: found.entitySet, id: found.id)
        }
        try PropertyReader.checkTold(image, [lookup.idProperty].compactMap(\.self) + lookup.ownerKey)
        let found =
            if let id = lookup.idProperty {
                try require(mappingName, key: key, id: image[id]?.string, column: field.column)
            } else if let ownerKey = PropertyReader.key(image, lookup.ownerKey), !lookup.ownerKey.isEmpty {
                try require(mappingName, key: key, ownerKey: ownerKey, column: field.column)
            } else {
                try require(mappingName, key: key, byID: lookup.byID, column: field.column)
            }
        guard let found else { return nil }
        return .reference(navigation: lookup.navigation, entitySet: found.entitySet, id: found.id)
    }

    private static func blank(_ lookup: FieldMapping.Lookup, _ field: FieldMapping) -> RecordError {
        .permanent(
            "BlankReference",
            "property \"\(lookup.key.last ?? "")\" is blank, and column \(field.column) needs it"
        )
    }

    static func text(_ text: String?, _ field: FieldMapping) throws(RecordError) -> ColumnValue {
        guard let text, !text.isEmpty else { return .null }
        guard let limit = field.maximumLength, text.utf8.count > limit else { return .text(text) }
        let length = text.utf16.count
        guard length > limit else { return .text(text) }
        if field.tooLong == .cut { return .text(cut(text, to: limit)) }
        throw .permanent(
            "FieldTooLong",
            "property \"\(field.property ?? field.column)\" has \(length) characters, column \(field.column) takes \(limit)"
        )
    }

    /// Cuts to a number of UTF-16 code units without splitting a character.
    static func cut(_ text: String, to limit: Int) -> String {
        var result = ""
        var length = 0
        for character in text {
            length += character.utf16.count
            if length > limit { break }
            result.append(character)
        }
        return result
    }

    static func date(_ text: String?, _ property: String) throws(RecordError) -> ColumnValue {
        guard let text, !text.isEmpty, !text.hasPrefix("0001-01-01") else { return .null }
        let day = String(text.prefix(10))
        guard Timestamp.microseconds("\(day)T00:00:00Z") != nil else {
            throw PropertyReader.wrongType(property, "a date such as 2026-03-31")
        }
        return .text(day)
    }

    static func constant(_ text: String, _ field: FieldMapping) -> ColumnValue? {
        switch field.type {
        case .entityName: return nil
        case .boolean: return .bool(text == "true" || text == "1")
        case .text, .date: return .text(text)
        case .decimal, .integer, .option, .lookup, .owner: return DecimalText(text).map { .number($0) }
        }
    }
}
