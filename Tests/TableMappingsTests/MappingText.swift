// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

@testable import TableMappings

/// Makes mapping files' texts for tests.
enum MappingText {
    /// A valid mapping; `fields` are lines of the list, `extra` goes before them.
    static func mapping(_ name: String, worker: String? = "some-worker", extra: String = "", fields: [String]) -> String
    {
        """
        name: \(name)
        \(worker.map { "worker: \($0)" } ?? "# no worker")
        direction: to-dataverse
        business-central: {table: Some Table, number: 7, entities: [somethings], key: [number]}
        dataverse: {table: some, entity-set: somes, primary-key: someid}
        \(extra.isEmpty ? "# nothing more" : extra)
        fields:
        \(fields.map { "  - \($0)" }.joined(separator: "\n"))

        """
    }

    /// A field that refers to another mapping.
    static func lookup(_ mapping: String, column: String = "otherid", more: String = "") -> String {
        "{property: otherNumber, column: \(column), type: lookup, "
            + "lookup: {mapping: \(mapping), key: [otherNumber], navigation: \(column)\(more)}}"
    }

    /// The problems of some texts, taken as files a.yaml, b.yaml, …; empty if they load.
    static func problems(_ texts: String...) -> [String] {
        let files = texts.enumerated().map { (name: "\(["a", "b", "c", "d"][$0.offset]).yaml", text: $0.element) }
        do throws(MappingErrors) {
            _ = try MappingCatalog.make(bundled: files, overriding: [])
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}
