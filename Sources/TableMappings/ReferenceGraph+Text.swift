// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension ReferenceGraph {
    /// The graph for readers: stages, then what each mapping refers to.
    public func text() -> String {
        var lines: [String] = []
        for (index, stage) in topologicalStages.enumerated() {
            lines.append("stage \(index + 1): \(stage.joined(separator: ", "))")
        }
        let width = nodes.map(\.count).max() ?? 0
        for node in topologicalStages.joined() {
            let references = edges.filter { $0.from == node }.map { $0.isDeferrable ? "\($0.to) (deferrable)" : $0.to }
            let missing = unmet.filter { $0.from == node }
                .map { "\($0.to) (\($0.isDeferrable ? "deferrable, " : "")run by no worker)" }
            let all = (references + missing).joined(separator: ", ")
            let padding = String(repeating: " ", count: width - node.count)
            lines.append("\(node)\(padding)  \(all.isEmpty ? "refers to nothing" : "-> \(all)")")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The graph in Graphviz's language: an arrow from what refers to what it refers to, dashed where deferrable.
    public func dot() -> String {
        var lines = ["digraph mappings {", "    rankdir=RL;", "    node [shape=box];"]
        for stage in topologicalStages {
            lines.append("    { rank=same; \(stage.map { Self.quoted($0) + ";" }.joined(separator: " ")) }")
        }
        for edge in edges {
            let style = edge.isDeferrable ? " [style=dashed]" : ""
            lines.append("    \(Self.quoted(edge.from)) -> \(Self.quoted(edge.to))\(style);")
        }
        return (lines + ["}"]).map { $0 + "\n" }.joined()
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}
