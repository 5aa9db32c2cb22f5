// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
package import SyncModel

/// The installation in which records are looked for.
package struct SearchScope: Sendable {
    /// Stands before topic names and consumer groups.
    package let prefix: String
    /// The table mappings that run.
    package let mappings: [TableMapping]
    /// The couplings topics to read, with prefix.
    package let couplingsTopics: [String]
    /// What keeps workers from reading and going on.
    package let obstacles: Obstacles

    /// Describes an installation; without couplings topics they are those of the workers that run.
    package init(
        prefix: String,
        mappings: [TableMapping],
        couplingsTopics: [String]? = nil,
        obstacles: Obstacles
    ) {
        self.prefix = prefix
        self.mappings = mappings
        self.obstacles = obstacles
        self.couplingsTopics =
            couplingsTopics
            ?? Set(mappings.compactMap(\.worker)).sorted().map(SyncTopics(prefix: prefix).couplings)
    }

    /// The names of the topics.
    var syncTopics: SyncTopics { SyncTopics(prefix: prefix) }

    /// The worker of a mapping; nil where none runs it.
    func worker(of mapping: String) -> String? {
        mappings.first { $0.name == mapping }?.worker
    }

    /// The topics that feed a mapping, with prefix.
    func changeTopics(of mapping: String) -> [String] {
        mappings.filter { $0.name == mapping }.changeTopics.map { prefix + $0 }
    }
}
