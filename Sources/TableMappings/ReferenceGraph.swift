// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// Which table mappings refer to which: the order in which records have to arrive.
public struct ReferenceGraph: Sendable, Hashable {
    /// A reference from one mapping's records to another's.
    public struct Edge: Sendable, Hashable {
        /// The mapping that refers, and so waits.
        public let from: String
        /// The mapping that is referred to.
        public let to: String
        /// The change goes out without the reference when it has to, and an update follows.
        public let isDeferrable: Bool
        /// The mapping refers to itself.
        public var isSelf: Bool { from == to }
    }

    /// The mappings' names, in the catalog's order.
    public let nodes: [String]
    /// The references between them, each pair once; deferrable only where all of a pair's references are.
    public let edges: [Edge]
    /// References of fields that cannot be met, since of their mappings none is in the graph.
    public let unmet: [Edge]

    /// Derives the graph from lookups and rule references; only `mappings` become nodes.
    public init(mappings: [TableMapping]) {
        let names = mappings.map(\.name)
        var edges: [Edge] = []
        var unmet: [Edge] = []
        for mapping in mappings {
            var targets: [(name: String, isDeferrable: Bool)] = mapping.ruleReferences.map { ($0, false) }
            for field in mapping.fields {
                guard let lookup = field.lookup else { continue }
                targets += lookup.mappings.map { ($0, lookup.isDeferrable) }
                guard !field.isByRule, !lookup.mappings.contains(where: names.contains) else { continue }
                unmet += lookup.mappings.map { Edge(from: mapping.name, to: $0, isDeferrable: lookup.isDeferrable) }
            }
            for name in names {
                let references = targets.filter { $0.name == name }
                guard !references.isEmpty else { continue }
                let isDeferrable = references.allSatisfy(\.isDeferrable)
                edges.append(Edge(from: mapping.name, to: name, isDeferrable: isDeferrable))
            }
        }
        nodes = names
        self.edges = edges
        self.unmet = unmet
    }

    /// The mappings that a mapping refers to, itself excepted.
    public func dependencies(of name: String) -> [String] {
        edges.filter { $0.from == name && !$0.isSelf }.map(\.to)
    }

    /// The mappings that refer to a mapping, itself excepted.
    public func dependents(of name: String) -> [String] {
        edges.filter { $0.to == name && !$0.isSelf }.map(\.from)
    }

    /// The mappings of a circle, each referring to the next and the last to the first; nil if there is none.
    ///
    /// Deferrable references and those of a mapping to itself make no circle.
    public func cycle() -> [String]? {
        // What is left when nothing more can come next: each refers to another that is left, so following leads round.
        let left = staged().left
        guard var current = left.first else { return nil }
        var path: [String] = []
        while true {
            if let start = path.firstIndex(of: current) { return Array(path[start...]) }
            path.append(current)
            guard let next = requirements(of: current).first(where: left.contains) else { return nil }
            current = next
        }
    }

    /// The mappings in stages: all that a mapping requires is in stages before its own.
    ///
    /// Deferrable references do not count. What goes in a circle, which loading refuses, makes the last stage.
    public var topologicalStages: [[String]] {
        let (stages, left) = staged()
        return left.isEmpty ? stages : stages + [left]
    }

    /// The mappings without which a mapping's records have to wait.
    private func requirements(of name: String) -> [String] {
        edges.filter { $0.from == name && !$0.isSelf && !$0.isDeferrable }.map(\.to)
    }

    private func staged() -> (stages: [[String]], left: [String]) {
        var stages: [[String]] = []
        var left = nodes
        while true {
            let next = left.filter { !requirements(of: $0).contains(where: left.contains) }
            if next.isEmpty { return (stages, left) }
            stages.append(next)
            left.removeAll(where: next.contains)
        }
    }
}
