// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import SyncModel

/// What waits for what, and what failed.
extension OperatorPage {
    func writeWaiting(to html: inout HTMLText) {
        let report = snapshot.stuck
        html.element("section", ["aria-labelledby": "waiting"]) { html in
            html.element("h2", ["id": "waiting"]) { html in
                html.write("Waiting ")
                html.element("span", ["class": "count"], PageText.number(Int64(report?.waitingCount ?? 0)))
            }
            writeCaveats(to: &html)
            guard let report, report.waitingCount > 0 else {
                html.element("p", ["class": "note"], report == nil ? "Not known yet." : "Nothing waits.")
                return
            }
            html.element("h3", "What holds most")
            html.element("ol", ["class": "records"]) { html in
                for tally in report.tallies.prefix(10) {
                    html.element("li", ["class": Self.level(tally.cause).rawValue]) { html in
                        html.element("strong", PageText.count(tally.records, "record"))
                        html.write(" ")
                        html.element("span", ["class": "cause"]) { write(tally.cause, to: &$0) }
                    }
                }
            }
            html.element("h3", "Waiting longest")
            html.element("ol", ["class": "records"]) { html in
                for record in report.longest.prefix(Self.listLimit) {
                    html.element("li", ["class": record.isStuck ? "doubtful" : "waits"]) { write(record, to: &$0) }
                }
            }
            writeRest(report.waitingCount, "/api/waiting?limit=1000", "syncctl waiting --limit 0", to: &html)
        }
    }

    func writeFailures(to html: inout HTMLText) {
        let report = snapshot.stuck
        html.element("section", ["aria-labelledby": "failed"]) { html in
            html.element("h2", ["id": "failed"]) { html in
                html.write("Failed ")
                html.element("span", ["class": "count"], PageText.number(Int64(report?.failedCount ?? 0)))
            }
            guard let report, report.failedCount > 0 else {
                html.element("p", ["class": "note"], report == nil ? "Not known yet." : "Nothing failed.")
                return
            }
            html.element("ol", ["class": "records"]) { html in
                for pair in report.failures.prefix(Self.listLimit) {
                    html.element("li", ["class": "bad"]) { write(pair, to: &$0) }
                }
            }
            writeRest(report.failedCount, "/api/failed?limit=1000", "syncctl failed --limit 0", to: &html)
        }
    }

    private func writeCaveats(to html: inout HTMLText) {
        guard let report = snapshot.stuck else { return }
        if !report.isComplete {
            html.element("p", ["class": "note"], "The couplings are still being read; there may be more.")
        }
        if report.isTruncated {
            html.element(
                "p",
                ["class": "note"],
                "There are more than are kept in memory; numbers are at least so high."
            )
        }
    }

    private func writeRest(_ total: Int, _ path: String, _ command: String, to html: inout HTMLText) {
        guard total > Self.listLimit else { return }
        html.element("p", ["class": "note"]) { html in
            html.write("\(Self.listLimit) of \(PageText.number(Int64(total))) are shown; more: ")
            html.element("a", ["href": path], path)
            html.write(", all: ")
            html.element("code", command)
            html.write(".")
        }
    }

    private func write(_ record: StuckReport.Record, to html: inout HTMLText) {
        writeName(record.pair, to: &html)
        if let since = record.pair.waitsSince {
            html.write(" ")
            html.element("span", ["class": "age"]) { $0.age(since, nowMs: nowMs) }
        }
        for (chain, cause) in zip(record.chains, record.causes).prefix(3) {
            html.element("span", ["class": "chain"]) { html in
                html.write("waits for ")
                // The last link is the cause, told in full.
                let links = chain.ends(3)
                for (index, link) in links.dropLast().enumerated() {
                    if index == 3, links.count < chain.links.count {
                        html.write("\(PageText.count(chain.links.count - links.count, "record")) more → ")
                    }
                    html.write("\(link.mapping) ")
                    html.name(link.key)
                    html.write(" → ")
                }
                html.element("strong") { write(cause, to: &$0) }
            }
        }
        if record.chains.count > 3 {
            html.element("span", ["class": "chain"], "and for \(record.chains.count - 3) more")
        }
    }

    private func write(_ cause: RootCause, to html: inout HTMLText) {
        html.write("\(cause.link.mapping) ")
        html.name(cause.link.key)
        html.write(" \(cause.words)")
    }

    private func write(_ pair: PairGlance, to html: inout HTMLText) {
        writeName(pair, to: &html)
        html.write(" ")
        html.element("span", ["class": "age"]) { html in
            html.write(pair.state == .skipped ? "skipped " : "\(PageText.tries(pair.tries, counted: pair.failures)), ")
            html.age(pair.updatedAt, nowMs: nowMs)
        }
        if let error = pair.error {
            html.element("span", ["class": "chain"]) { html in
                html.element("strong") { $0.name(error.code) }
                html.write(": ")
                html.name(error.message)
            }
        }
        guard mayAct else { return }
        html.element("span", ["class": "buttons"]) { html in
            for order in PairOrder.allCases where order.refusal(pair.state) == nil {
                html.button(for: .order(order, pairKey: pair.pairKey.description), pair.name)
            }
        }
    }

    private func writeName(_ pair: PairGlance, to html: inout HTMLText) {
        html.element("span", ["class": "record"]) { html in
            html.element("span", ["class": "mapping"], pair.pairKey.mapping)
            html.write(" ")
            html.element("a", ["href": "/records?q=\(pair.pairKey.description.inQuery)"]) { $0.name(pair.name) }
        }
    }

    /// How bad a cause is.
    static func level(_ cause: RootCause) -> MappingState.Level {
        if cause.obstacle?.kind == .workerStopped { return .bad }
        switch cause.link.finding {
        case .failed, .skipped, .circle: return .bad
        case .filtered, .deleted, .referenced: return .doubtful
        case .unseen, .sumsDiffer: return cause.obstacle == nil ? .doubtful : .held
        case .unconfirmed, .waiting, .exists, .undecided: return .waits
        }
    }
}
