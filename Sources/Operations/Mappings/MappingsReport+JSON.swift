// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

extension MappingsReport {
    struct Summary: Encodable {
        let name: String
        let variant: String?
        let worker: String?
        let condition: String?
        let direction: String
        let active: Bool
        let table: String
        let tableNumber: Int
        let entities: [String]
        let key: [String]
        /// As in the file: `true`, `false` or `living`.
        let keyIsUnique: String
        let dataverseTable: String
        let entitySet: String
        let origin: String
        let fieldCount: Int
    }

    struct Field: Encodable {
        let property: String?
        let field: String?
        let column: String?
        let type: String
        let direction: String
        let access: String
        let condition: String?
        let constant: String?
        let maximumLength: Int?
        let transformation: String?
        let options: [String: Int]?
        let references: [String]?
        let key: [String]?
        let deferrable: Bool?
        let ownerKey: [String]?
        let idProperty: String?
        let byRule: Bool
        let derived: Bool

        init(_ mapping: FieldMapping) {
            property = mapping.property
            field = mapping.field
            column = mapping.column.isEmpty ? nil : mapping.column
            type = mapping.type.rawValue
            direction = mapping.direction.rawValue
            access = mapping.access.rawValue
            condition = mapping.condition?.rawValue
            constant = mapping.constant
            maximumLength = mapping.maximumLength
            transformation = mapping.transformation?.rawValue
            options = mapping.options.isEmpty ? nil : mapping.options
            references = mapping.lookup?.mappings
            key = mapping.lookup?.key
            deferrable = mapping.lookup?.isDeferrable
            ownerKey = mapping.lookup.flatMap { $0.ownerKey.isEmpty ? nil : $0.ownerKey }
            idProperty = mapping.lookup?.idProperty
            byRule = mapping.isByRule
            derived = mapping.isDerived
        }
    }

    struct Detail: Encodable {
        let mapping: Summary
        let fields: [Field]
    }

    struct Reference: Encodable {
        let from: String
        let to: String
        let deferrable: Bool
    }

    struct Graph: Encodable {
        let stages: [[String]]
        let references: [Reference]
        let unmet: [Reference]
    }

    struct Problem: Encodable {
        let file: String
        let line: Int
        let reason: String
    }

    struct Check: Encodable {
        let ok: Bool
        let problems: [Problem]
    }

    /// The value as JSON with sorted keys and a line end.
    static func json(_ value: some Encodable) -> String {
        JSONOutput.text(value) + "\n"
    }
}
