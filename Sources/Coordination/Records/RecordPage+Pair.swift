// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import SyncModel

/// A pair with all that belongs to it.
extension RecordPage {
    func write(_ pair: RecordReport.Pair, _ number: Int, to html: inout HTMLText) {
        let glance = pair.glance
        let attributes: KeyValuePairs = [
            "class": "summary \(level(pair).rawValue)", "aria-labelledby": "name\(number)",
            "data-key": glance.pairKey.description,
        ]
        html.element("section", attributes) { html in
            html.element("h2", ["id": "name\(number)"]) { html in
                html.element("span", ["class": "mapping"], "\(glance.pairKey.mapping) ")
                html.name(glance.name)
                html.write(" \(pair.standing.words)")
            }
            html.element("div", ["data-key": "reasons"]) { writeReasons(pair, to: &$0) }
            writeActions(glance, to: &html)
            writeFacts(pair, to: &html)
            write(pair.waiters, to: &html)
            write("Events", pair.events, to: &html)
            write("Outbound changes", pair.changes, to: &html)
            write("Results, commands and forwarded events", pair.inbox, to: &html)
            write(pair.deadLetters, to: &html)
            writeBase(pair.coupling, to: &html)
        }
    }

    private func level(_ pair: RecordReport.Pair) -> MappingState.Level {
        switch pair.standing.level {
        case .bad: .bad
        case .good: .ok
        case .over: .held
        case .onItsWay: pair.causes.map(OperatorPage.level).max() ?? .waits
        }
    }

    /// Why it does not go on, and what to do.
    private func writeReasons(_ pair: RecordReport.Pair, to html: inout HTMLText) {
        if let advice = pair.standing.advice { html.element("p", ["class": "advice"], advice) }
        for (chain, cause) in zip(pair.chains, pair.causes).prefix(8) {
            html.element("ol", ["class": "way"]) { html in
                let links = chain.ends(8)
                for (index, link) in links.enumerated() {
                    let isLast = index == links.count - 1
                    html.element("li", ["class": isLast ? OperatorPage.level(cause).rawValue : "waits"]) { html in
                        html.element("span", ["class": "mapping"], "\(link.mapping) ")
                        self.link(link.key, link.key, to: &html)
                        html.write(", which ")
                        html.element(isLast ? "strong" : "span", isLast ? cause.words : link.finding.words)
                    }
                }
            }
            html.element("p", ["class": "advice"], cause.advice)
        }
        if pair.chains.count > 8 { html.element("p", ["class": "note"], "And for \(pair.chains.count - 8) more.") }
        if let obstacle = pair.obstacle {
            html.element("p", ["class": "note"], "Newer events of it lie unread: \(obstacle.words). \(obstacle.advice)")
        }
    }

    private func writeActions(_ glance: PairGlance, to html: inout HTMLText) {
        guard mayAct else { return }
        let orders = PairOrder.allCases.filter { $0.refusal(glance.state) == nil }
        guard !orders.isEmpty else { return }
        html.element("p", ["class": "buttons", "data-key": "actions"]) { html in
            for order in orders { html.button(for: .order(order, pairKey: glance.pairKey.description), glance.name) }
        }
    }

    private func writeFacts(_ pair: RecordReport.Pair, to html: inout HTMLText) {
        let coupling = pair.coupling
        html.element("dl", ["class": "facts", "data-key": "facts"]) { html in
            html.fact("Pair key") { $0.name(coupling.pairKey.description) }
            html.fact("Business Central") { $0.name("\(coupling.bc.entity) \(coupling.bc.id)") }
            html.fact("Dynamics 365 Sales") { html in
                html.name("\(coupling.crm.entity) \(coupling.crm.id)")
                if !coupling.exists { html.write(", not in use yet") }
            }
            html.fact("State") { html in
                html.write("\(coupling.state.rawValue), revision \(coupling.revision), written ")
                html.age(coupling.updatedAt, nowMs: nowMs)
            }
            if let waiting = coupling.waiting {
                html.fact("Waiting") { html in
                    let cause = waiting.causation
                    html.write("\(waiting.wish.rawValue) of \(cause.topic)[\(cause.partition)]@\(cause.offset), since ")
                    html.age(waiting.since, nowMs: nowMs)
                }
            }
            if let inFlight = coupling.inFlight {
                html.fact("On its way") { $0.name("\(inFlight.operation.rawValue) \(inFlight.changeID)") }
            }
            if let trace = pair.traceID {
                html.fact("Trace") { html in
                    html.name(trace)
                    html.write(", that of its newest event; the log has it as trace.id")
                }
            }
            if let error = coupling.error {
                html.fact("Error") { html in
                    let tries = PageText.tries(coupling.tries, counted: coupling.failures)
                    html.write("\(error.errorClass.rawValue), \(tries): ")
                    html.name(error.code)
                    html.write(" ")
                    html.name(error.message)
                }
            }
        }
    }

    /// The values that both sides agreed on, for who wants to see them.
    private func writeBase(_ coupling: Coupling, to html: inout HTMLText) {
        let values = coupling.base.sorted { $0.key < $1.key }
        guard !values.isEmpty else { return }
        html.element("details", ["data-key": "values"]) { html in
            html.element("summary", "\(PageText.count(values.count, "value")) that both sides agreed on")
            html.element("dl", ["class": "facts"]) { html in
                for (column, value) in values { html.fact(column) { $0.name(value) } }
            }
        }
    }

    /// Records of topics, each with its value for who wants to see it.
    func write(_ title: String, _ records: [SeenRecord], to html: inout HTMLText) {
        guard !records.isEmpty else { return }
        html.element("div", ["data-key": title]) { html in
            html.element("h3", title)
            html.element("ul", ["class": "records"]) { html in
                for record in records.reversed() {
                    html.element("li", ["class": record.isUnread ? "held" : "read", "data-key": record.place]) {
                        write(record, to: &$0)
                    }
                }
            }
        }
    }

    private func write(_ record: SeenRecord, to html: inout HTMLText) {
        html.element("details") { html in
            html.element("summary") { html in
                html.element("strong") { $0.name(record.what) }
                html.write(" \(record.place)")
                if record.timestampMs >= 0 {
                    html.write(", ")
                    html.age(record.timestampMs, nowMs: nowMs)
                }
                if record.isUnread { html.write(", not read yet") }
            }
            html.element("pre", ["tabindex": "0"], record.value)
        }
    }

    func write(_ letters: [DeadLetterGlance], to html: inout HTMLText) {
        guard !letters.isEmpty else { return }
        html.element("div", ["data-key": "letters"]) { html in
            html.element("h3", "Dead letters")
            html.element("ul", ["class": "records"]) { html in
                for letter in letters.reversed() {
                    html.element("li", ["class": "bad", "data-key": letter.place]) {
                        $0.write(letter, mayAct: mayAct, linksRecord: false)
                    }
                }
            }
        }
    }
}

extension HTMLText {
    /// A fact of a list of such.
    fileprivate mutating func fact(_ name: String, _ body: (inout HTMLText) -> Void) {
        element("div", ["data-key": name]) { html in
            html.element("dt", name)
            html.element("dd", [:], body)
        }
    }

    /// A way to an action, which asks before it is done; `subject` tells readers apart what it is about.
    mutating func button(for action: RecordAction, _ subject: String) {
        let name: String
        switch action {
        case .order(_, let pairKey): name = "pair=\(pairKey.inQuery)"
        case .replay(let place): name = "place=\(place.inQuery)"
        }
        element("a", ["href": "/act?do=\(action.word)&\(name)", "class": "button"]) { html in
            html.write("\(action.word.prefix(1).uppercased())\(action.word.dropFirst()) …")
            html.element("span", ["class": "hidden"], " \(subject)")
        }
    }

    /// A dead letter, with the record that it is of where that is known.
    mutating func write(_ letter: DeadLetterGlance, mayAct: Bool, linksRecord: Bool) {
        element("strong") { $0.name(letter.error) }
        element("span", ["class": "chain"]) { html in
            html.name(letter.worker)
            html.write(" could not read ")
            html.name(letter.origin)
            html.write(", ")
            html.name(letter.time)
            html.write(", letter \(letter.place)")
            if linksRecord, let id = letter.recordID {
                html.write(", record ")
                html.element("a", ["href": "/records?q=\(id.inQuery)"], id)
            }
        }
        if mayAct {
            element("span", ["class": "buttons"]) { $0.button(for: .replay(place: letter.place), letter.place) }
        }
    }
}
