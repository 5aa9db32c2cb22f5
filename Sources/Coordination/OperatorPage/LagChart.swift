// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The lag of the last hour as a small picture.
struct LagChart {
    static let width = 240.0
    static let height = 44.0
    private static let spanMs = LagHistory.intervalMs * Int64(LagHistory.capacity)

    let points: [LagHistory.Point]
    let nowMs: Int64

    /// The highest lag.
    var peak: Int64 { points.map(\.lag).max() ?? 0 }

    /// The line through the points, and down to the base at both ends; nil with fewer than two points.
    var path: String? {
        guard points.count > 1 else { return nil }
        var text = ""
        for (index, point) in points.enumerated() {
            text += "\(index == 0 ? "M" : "L")\(x(point)) \(y(point))"
        }
        return text
    }

    /// The area under the line.
    var area: String? {
        guard let path, let first = points.first, let last = points.last else { return nil }
        let base = GraphLayout.text(Self.height - 1)
        return "\(path)L\(x(last)) \(base)L\(x(first)) \(base)Z"
    }

    private func x(_ point: LagHistory.Point) -> String {
        // A stretch may begin before the hour and, with a clock that was set back, lie behind now.
        let share = 1 - Double(nowMs - point.atMs) / Double(Self.spanMs)
        return GraphLayout.text(min(max(share, 0), 1) * Self.width)
    }

    private func y(_ point: LagHistory.Point) -> String {
        let share = peak == 0 ? 0 : Double(point.lag) / Double(peak)
        return GraphLayout.text(Self.height - 1 - share * (Self.height - 4))
    }
}
