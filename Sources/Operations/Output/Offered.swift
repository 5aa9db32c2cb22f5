// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import SyncModel
import TableMappings

/// What shells offer where a command is completed.
enum Offered {
    /// The bundled table mappings.
    static var mappings: [String] { catalog?.mappings.map(\.name) ?? [] }
    /// The workers.
    static var workers: [String] { catalog?.workers ?? [] }
    /// The change topics, without prefix.
    static var changeTopics: [String] { catalog?.mappings.changeTopics ?? [] }
    /// The states of a pair.
    static var states: [String] { Coupling.State.allCases.map(\.rawValue) }

    /// Nil where the files are not beside the executable; the shell then offers nothing.
    private static var catalog: MappingCatalog? { try? MappingCatalog.load(overrides: nil) }
}

extension Option {
    /// `--mapping`, of the bundled ones and others.
    static func mapping(_ summary: String) -> Option {
        .value("mapping", short: "m", placeholder: "M", values: Offered.mappings, summary)
    }
}
