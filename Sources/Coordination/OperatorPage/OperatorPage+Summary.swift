// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Is it healthy, and if not, what is to be done?
extension OperatorPage {
    /// Something that wants to be looked at.
    struct Concern: Equatable {
        let level: MappingState.Level
        let text: String
        let advice: String
        /// The part of the page that says more.
        let anchor: String
    }

    /// What wants to be looked at, the worst first.
    func concerns() -> [Concern] {
        var concerns: [Concern] = []
        if snapshot.lag == nil {
            concerns.append(
                Concern(level: .bad, text: "Kafka has not answered yet.", advice: "See /readyz.", anchor: "workers")
            )
        } else if let staleness {
            concerns.append(
                Concern(
                    level: .bad,
                    text: "Kafka has not answered for \(LagJudge.span(staleness)); what is shown is as old as that.",
                    advice: "See /readyz.",
                    anchor: "workers"
                )
            )
        }
        for (worker, problem) in snapshot.lagProblems.sorted(by: { $0.key < $1.key }) {
            concerns.append(
                Concern(
                    level: .bad,
                    text: "The lag of \(worker) is not known: \(problem).",
                    advice: "syncctl topics check",
                    anchor: "workers"
                )
            )
        }
        concerns += snapshot.verdicts.compactMap(concern)
        concerns += stuckConcerns()
        return concerns.enumerated().sorted { ($1.element.level, $0.offset) < ($0.element.level, $1.offset) }
            .map(\.element)
    }

    private func concern(_ judged: WorkerVerdict) -> Concern? {
        let reason = judged.reason.map { ": \($0)" } ?? ""
        let text = "\(judged.worker) is \(judged.verdict.words)\(reason)."
        switch judged.verdict {
        case .ok: return nil
        case .heldBack:
            return Concern(
                level: .held,
                text: "\(judged.worker) is \(judged.reason ?? judged.verdict.words).",
                advice: "A gate opens by itself; a hold ends with syncctl release.",
                anchor: judged.reason?.contains("hold of") == true ? "holds" : "workers"
            )
        case .slow:
            return Concern(
                level: .doubtful,
                text: text,
                advice: "If it lasts, start more instances.",
                anchor: "workers"
            )
        case .stalled:
            return Concern(level: .bad, text: text, advice: "Its /readyz and its log say why.", anchor: "workers")
        case .stopped:
            return Concern(
                level: .bad,
                text: text,
                advice: "Start it; its log's last lines say why it ended.",
                anchor: "workers"
            )
        }
    }

    private func stuckConcerns() -> [Concern] {
        guard let stuck = snapshot.stuck else { return [] }
        var concerns: [Concern] = []
        if stuck.stuckCount > 0 {
            let limit = LagJudge.span(configuration.stuckAfterMs)
            let verb = stuck.stuckCount == 1 ? "waits" : "wait"
            concerns.append(
                Concern(
                    level: .doubtful,
                    text: "\(PageText.count(stuck.stuckCount, "record")) \(verb) longer than \(limit).",
                    advice: "The causes that hold most come first.",
                    anchor: "waiting"
                )
            )
        }
        if stuck.failedCount > 0 {
            concerns.append(
                Concern(
                    level: .doubtful,
                    text: "\(PageText.count(stuck.failedCount, "record")) failed or skipped.",
                    advice: "Correct them at their source, or syncctl retry.",
                    anchor: "failed"
                )
            )
        }
        return concerns
    }

    func writeSummary(to html: inout HTMLText) {
        let concerns = concerns()
        let level = concerns.first?.level ?? .ok
        html.element("section", ["class": "summary \(level.rawValue)", "aria-labelledby": "health"]) { html in
            html.element("h2", ["id": "health"], Self.headline(concerns))
            if !concerns.isEmpty {
                html.element("ul") { html in
                    for concern in concerns {
                        html.element("li", ["class": concern.level.rawValue]) { html in
                            html.element("a", ["href": "#\(concern.anchor)"], concern.text)
                            html.write(" ")
                            html.element("span", ["class": "advice"], concern.advice)
                        }
                    }
                }
            }
            html.element("p", ["class": "facts"]) { html in
                html.write(snapshot.isActive ? "This coordinator decides" : "This coordinator stands by")
                if let atMs = snapshot.lag?.atMs {
                    html.write("; Kafka was asked at ")
                    html.element("time", ["datetime": PageText.instant(atMs)], PageText.timeOfDay(atMs))
                }
                html.write(".")
            }
        }
    }

    static func headline(_ concerns: [Concern]) -> String {
        let serious = concerns.count { $0.level > .held }
        if serious > 0 { return serious == 1 ? "One thing needs a look" : "\(serious) things need a look" }
        return concerns.isEmpty ? "All is well" : "Held back, otherwise all is well"
    }
}
