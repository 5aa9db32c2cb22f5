// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

extension TableMapping {
    /// A mapping that refers to others and has nothing else to say.
    static func made(
        _ name: String,
        worker: String,
        entities: [String] = [],
        embeddedIn document: String? = nil,
        refersTo references: [String] = [],
        deferrably deferred: [String] = []
    ) -> TableMapping {
        TableMapping(
            name: name,
            worker: worker,
            direction: .toDataverse,
            businessCentral: BusinessCentralTable(
                table: name,
                number: 1,
                entities: entities,
                embeddedIn: document.map { Embedding(entity: $0, property: "lines") }
            ),
            dataverse: DataverseTable(table: name, entitySet: name, primaryKey: "id"),
            fields: deferred.map { target in
                FieldMapping(
                    column: target,
                    type: .lookup,
                    lookup: FieldMapping.Lookup(
                        mappings: [target],
                        key: ["code"],
                        navigation: target,
                        isDeferrable: true
                    )
                )
            },
            ruleReferences: references
        )
    }
}
