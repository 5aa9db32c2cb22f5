// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Where the boxes of a dependency graph lie; in stages from left to right, or below each other for narrow screens.
struct GraphLayout {
    /// A box.
    struct Box: Equatable {
        var x: Double
        var y: Double
    }

    static let boxWidth = 178.0
    static let boxHeight = 58.0
    private static let columnGap = 42.0
    private static let rowGap = 14.0
    /// Room for the lines to the left of the boxes of a narrow graph.
    private static let gutter = 62.0

    private(set) var boxes: [String: Box] = [:]
    private(set) var width = 0.0
    private(set) var height = 0.0

    /// The lines to draw: those that do not follow from others, which would only hide the picture.
    let edges: [(from: String, to: String, isDeferrable: Bool)]

    /// Lays out mappings that are in the order of their stages.
    init(_ mappings: [MappingState], isNarrow: Bool) {
        let all = mappings.flatMap { mapping in
            mapping.references.map { (from: mapping.name, to: $0.name, isDeferrable: $0.isDeferrable) }
        }
        let known = Set(mappings.map(\.name))
        edges = Self.reduced(all.filter { known.contains($0.to) })
        if isNarrow { stack(mappings) } else { spread(mappings) }
    }

    private mutating func stack(_ mappings: [MappingState]) {
        for (row, mapping) in mappings.enumerated() {
            boxes[mapping.name] = Box(x: Self.gutter, y: 1 + Double(row) * (Self.boxHeight + Self.rowGap))
        }
        width = Self.gutter + Self.boxWidth + 1
        height = max(0, Double(mappings.count) * (Self.boxHeight + Self.rowGap) - Self.rowGap) + 2
    }

    private mutating func spread(_ mappings: [MappingState]) {
        let stages = Dictionary(grouping: mappings, by: \.stage).sorted { $0.key < $1.key }
        let rows = stages.map(\.value.count).max() ?? 0
        height = max(0, Double(rows) * (Self.boxHeight + Self.rowGap) - Self.rowGap) + 2
        width = max(0, Double(stages.count) * (Self.boxWidth + Self.columnGap) - Self.columnGap) + 2
        for (column, stage) in stages.enumerated() {
            // Boxes lie at the height of what they refer to, so that lines cross less.
            let sorted = stage.value.enumerated().sorted { left, right in
                let (first, second) = (wanted(left.element), wanted(right.element))
                return first == second ? left.offset < right.offset : first < second
            }
            let used = Double(sorted.count) * (Self.boxHeight + Self.rowGap) - Self.rowGap
            let top = (height - used) / 2
            for (row, mapping) in sorted.enumerated() {
                boxes[mapping.element.name] = Box(
                    x: 1 + Double(column) * (Self.boxWidth + Self.columnGap),
                    y: top + Double(row) * (Self.boxHeight + Self.rowGap)
                )
            }
        }
    }

    /// The middle of what a mapping refers to, as far as that has its place.
    private func wanted(_ mapping: MappingState) -> Double {
        let heights = mapping.references.compactMap { boxes[$0.name]?.y }
        return heights.isEmpty ? 0 : heights.reduce(0, +) / Double(heights.count)
    }

    /// The edges without those between whose ends another way leads.
    private static func reduced(
        _ edges: [(from: String, to: String, isDeferrable: Bool)]
    ) -> [(from: String, to: String, isDeferrable: Bool)] {
        var targets: [String: Set<String>] = [:]
        for edge in edges where !edge.isDeferrable { targets[edge.from, default: []].insert(edge.to) }
        func leads(_ from: String, to target: String) -> Bool {
            var open = [from]
            var seen: Set<String> = []
            while let next = open.popLast() {
                if next == target { return true }
                if seen.insert(next).inserted { open += targets[next] ?? [] }
            }
            return false
        }
        return edges.filter { edge in
            !(targets[edge.from] ?? []).contains { $0 != edge.to && $0 != edge.from && leads($0, to: edge.to) }
        }
    }

    /// The path of a line between two boxes.
    func path(from: String, to: String, isNarrow: Bool) -> String? {
        guard let from = boxes[from], let to = boxes[to] else { return nil }
        let (startY, endY) = (to.y + Self.boxHeight / 2, from.y + Self.boxHeight / 2)
        if isNarrow {
            let reach = min(Self.gutter - 6, 12 + abs(endY - startY) * 0.11)
            let turn = to.x - reach * 4 / 3
            return "M\(Self.text(to.x)) \(Self.text(startY))C\(Self.text(turn)) \(Self.text(startY)) "
                + "\(Self.text(turn)) \(Self.text(endY)) \(Self.text(from.x)) \(Self.text(endY))"
        }
        let start = to.x + Self.boxWidth
        // A line against the stages, of a deferrable reference, goes around.
        let bend = from.x > start ? (from.x - start) / 2 : 40
        return "M\(Self.text(start)) \(Self.text(startY))C\(Self.text(start + bend)) \(Self.text(startY)) "
            + "\(Self.text(from.x - bend)) \(Self.text(endY)) \(Self.text(from.x)) \(Self.text(endY))"
    }

    /// A coordinate.
    static func text(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
