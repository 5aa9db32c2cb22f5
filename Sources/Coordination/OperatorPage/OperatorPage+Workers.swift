// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// How each worker keeps up.
extension OperatorPage {
    func writeWorkers(to html: inout HTMLText) {
        html.element("section", ["aria-labelledby": "workers"]) { html in
            html.element("h2", ["id": "workers"], "Workers")
            html.element("ul", ["class": "cards"]) { html in
                for worker in workers { html.element("li", ["class": "card"]) { writeCard(worker, to: &$0) } }
            }
        }
    }

    private func writeCard(_ worker: String, to html: inout HTMLText) {
        let judged = snapshot.verdicts.first { $0.worker == worker }
        html.element("div", ["class": "head"]) { html in
            html.element("h3", worker)
            html.element("span", ["class": "badge \(judged?.verdict.rawValue ?? "unknown")"]) { html in
                html.element("span", ["aria-hidden": "true"], "\(Self.sign(judged?.verdict)) ")
                html.write(judged?.verdict.words ?? "not known")
            }
        }
        html.element("dl") { html in
            fact("Records behind", snapshot.lag?.lags[worker].map(PageText.number) ?? "not known", to: &html)
            fact("Time behind", snapshot.lagSeconds[worker].map { LagJudge.span($0 * 1_000) } ?? "not told", to: &html)
            fact("Rate", judged.map { PageText.rate($0.rate) } ?? "not known", to: &html)
            let alive = snapshot.heartbeats.filter { $0.worker == worker && $0.isAlive(at: nowMs) }
            let restoring = alive.count { $0.state != "running" }
            fact("Instances", restoring > 0 ? "\(alive.count), \(restoring) restoring" : "\(alive.count)", to: &html)
        }
        if let reason = judged?.reason ?? snapshot.lagProblems[worker] {
            html.element("p", ["class": "reason"], reason)
        }
        writeChart(worker, to: &html)
    }

    private func fact(_ name: String, _ value: String, to html: inout HTMLText) {
        html.element("div") { html in
            html.element("dt", name)
            html.element("dd", value)
        }
    }

    /// A sign besides the colour.
    private static func sign(_ verdict: Verdict?) -> String {
        switch verdict {
        case .ok: "✓"
        case .heldBack: "‖"
        case .slow: "▲"
        case .stalled, .stopped: "✕"
        case nil: "?"
        }
    }

    private func writeChart(_ worker: String, to html: inout HTMLText) {
        let chart = LagChart(points: snapshot.history.points[worker] ?? [], nowMs: nowMs)
        guard let path = chart.path, let area = chart.area else {
            html.element("p", ["class": "note"], "The chart of the last hour begins with the coordinator.")
            return
        }
        let words = "Last hour: at most \(PageText.count(Int(chart.peak), "record"))"
        let size = "0 0 \(GraphLayout.text(LagChart.width)) \(GraphLayout.text(LagChart.height))"
        html.element("figure") { html in
            html.element(
                "svg",
                ["class": "chart", "viewBox": size, "preserveAspectRatio": "none", "aria-hidden": "true"]
            ) { html in
                html.element("path", ["class": "area", "d": area], "")
                html.element("path", ["class": "line", "d": path], "")
            }
            html.element("figcaption", words)
        }
    }
}
