// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import TopicCatalog

/// The catalog's topics against those of a cluster.
struct TopicComparison {
    /// What is not as the catalog says.
    enum Difference: Hashable {
        case missing
        case partitions(found: Int32, wanted: Int32)
        case setting(name: String, found: String?, wanted: String)
    }

    /// One topic with all its differences.
    struct Finding: Hashable {
        let topic: TopicDefinition
        let differences: [Difference]
    }

    /// Every topic of the catalog, in its order.
    let findings: [Finding]

    /// Compares.
    ///
    /// - Parameters:
    ///   - topics: what has to be.
    ///   - partitionCounts: the topics that exist, with their partition counts.
    ///   - settings: their settings in force; nil: the cluster does not tell, so they are not compared.
    init(_ topics: [TopicDefinition], partitionCounts: [String: Int32], settings: [String: [String: String]]?) {
        findings = topics.map { topic in
            guard let count = partitionCounts[topic.name] else { return Finding(topic: topic, differences: [.missing]) }
            var differences: [Difference] = []
            if count != topic.partitions { differences.append(.partitions(found: count, wanted: topic.partitions)) }
            if let found = settings?[topic.name] {
                for (name, wanted) in topic.sortedConfiguration where !Self.isSame(found[name], wanted) {
                    differences.append(.setting(name: name, found: found[name], wanted: wanted))
                }
            }
            return Finding(topic: topic, differences: differences)
        }
    }

    /// The topics that do not exist.
    var missing: [TopicDefinition] { findings.filter { $0.differences == [.missing] }.map(\.topic) }
    /// The topics that are not as they have to be.
    var different: [Finding] { findings.filter { !$0.differences.isEmpty } }

    /// Whether two values mean the same; the order of a list's elements means nothing.
    private static func isSame(_ found: String?, _ wanted: String) -> Bool {
        guard let found else { return false }
        func elements(_ text: String) -> [String] {
            text.split(separator: ",").map { String($0.drop { $0 == " " }) }.sorted()
        }
        return found == wanted || elements(found) == elements(wanted)
    }
}

extension TopicComparison.Difference {
    /// The difference for readers, with what mends it.
    var words: String {
        switch self {
        case .missing:
            "is missing; create it with 'syncctl topics apply'"
        case .partitions(let found, let wanted):
            "has \(found) partitions, needs \(wanted); keys would move, so make the topic anew"
        case .setting(let name, let found, let wanted):
            "has \(name)=\(found ?? "(nothing)"), needs \(wanted)"
        }
    }
}
