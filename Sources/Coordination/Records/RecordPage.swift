// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import SyncModel

/// The page of one record: whether it has arrived, and if not, why, what to do, and what has happened to it.
struct RecordPage {
    let query: PairQuery
    let nowMs: Int64
    /// Somebody may retry, skip, restore and replay from the page.
    let mayAct: Bool

    /// The way to search, with a text in it.
    static func form(_ text: String) -> String {
        var html = HTMLText()
        html.element("form", ["class": "search", "role": "search", "action": "/records"]) { html in
            html.element("label") { html in
                html.write("Find a record ")
                html.open(
                    "input",
                    [
                        "name": "q", "type": "search", "required": "", "maxlength": "300", "value": text,
                        "placeholder": "number, code or id", "autocomplete": "off",
                    ]
                )
            }
            html.element("button", ["type": "submit"], "Find")
        }
        return html.text
    }

    /// The page while there is no report.
    func html(notice: String) -> String {
        var html = HTMLText()
        html.element("section", ["aria-labelledby": "name"]) { html in
            html.element("h2", ["id": "name"]) { $0.name(query.text) }
            html.element("p", ["role": "status"], notice)
        }
        return Self.form(query.text) + html.text
    }

    /// What the page says, in one line.
    static func headline(_ report: RecordReport) -> String {
        if let pair = report.pairs.first {
            return "\(pair.glance.pairKey.mapping) \(pair.glance.name.prefix(60)) \(pair.standing.words.prefix(200))"
        }
        if let absent = report.absent.first {
            let link = absent.cause.link
            return "\(link.mapping) \(link.key.prefix(60)) \(absent.cause.words.prefix(200))"
        }
        return "There is no pair \(report.query.text.prefix(60))"
    }

    /// The page of a report.
    func html(_ report: RecordReport) -> String {
        var html = HTMLText()
        for (index, pair) in report.pairs.enumerated() { write(pair, index + 1, to: &html) }
        for absent in report.absent { write(absent, to: &html) }
        if !report.isFound { writeStrays(report, to: &html) }
        if !report.others.isEmpty {
            html.element("section", ["aria-labelledby": "others", "data-key": "others"]) { html in
                html.element("h2", ["id": "others"], "Others of that name")
                html.element("ul", ["class": "records"]) { html in
                    for key in report.others {
                        html.element("li", ["data-key": key.description]) {
                            link(key.description, key.description, to: &$0)
                        }
                    }
                }
            }
        }
        html.element("footer", ["data-key": "footer"]) { html in
            for caveat in report.caveats { html.element("p", ["class": "note"], caveat) }
            html.element("p", ["class": "facts"]) { html in
                html.write("As of ")
                html.element(
                    "time",
                    ["datetime": PageText.instant(report.atMs)],
                    PageText.timeOfDay(report.atMs)
                )
                html.write(
                    ": \(PageText.number(Int64(report.couplings))) couplings read in \(Self.seconds(report.tookMs))"
                )
                if let since = report.followedSinceMs {
                    html.write(" at \(PageText.timeOfDay(since)), followed since")
                }
                html.write(". ")
                html.element("a", ["href": "/records?q=\(query.text.inQuery)&since=\(nowMs)"], "Look again")
                html.write(", or ")
                html.element("a", ["href": "/api/records?q=\(query.text.inQuery)"], "the same for programs")
                html.write(".")
            }
        }
        return Self.form(query.text) + html.text
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
    }

    /// A link to the page of a record.
    func link(_ text: String, _ query: String, to html: inout HTMLText) {
        html.element("a", ["href": "/records?q=\(query.inQuery)"]) { $0.name(text) }
    }

    /// What waits for a record.
    func write(_ waiters: RecordReport.Waiters, to html: inout HTMLText) {
        guard waiters.count > 0 else { return }
        let verb = waiters.count == 1 ? "waits" : "wait"
        html.element("div", ["data-key": "waiters"]) { html in
            html.element("h3", "\(PageText.count(waiters.count, "record")) \(verb) for it")
            html.element("ul", ["class": "records"]) { html in
                for waiter in waiters.first {
                    html.element("li", ["class": "waits", "data-key": waiter.pairKey.description]) { html in
                        html.element("span", ["class": "mapping"], "\(waiter.pairKey.mapping) ")
                        link(waiter.name, waiter.pairKey.description, to: &html)
                    }
                }
            }
            if waiters.count > waiters.first.count {
                html.element("p", ["class": "note"], "The first \(waiters.first.count) are shown.")
            }
        }
    }

    private func write(_ absent: RecordReport.Absent, to html: inout HTMLText) {
        let link = absent.cause.link
        let level = OperatorPage.level(absent.cause).rawValue
        html.element("section", ["class": "summary \(level)", "data-key": "\(link.mapping) \(link.key)"]) { html in
            html.element("h2") { html in
                html.write("\(link.mapping) ")
                html.name(link.key)
                html.write(" \(absent.cause.words)")
            }
            html.element("p", ["class": "advice"], absent.cause.advice)
            write(absent.waiters, to: &html)
        }
    }

    /// What there is of a record without a coupling.
    private func writeStrays(_ report: RecordReport, to html: inout HTMLText) {
        html.element("section", ["class": "summary doubtful", "aria-labelledby": "name", "data-key": "strays"]) {
            html in
            html.element("h2", ["id": "name"]) { html in
                html.write("There is no pair ")
                html.name(query.text)
            }
            if report.isUnknown { html.element("p", ["class": "advice"], "It was never seen. \(Self.unseenAdvice)") }
            html.element("ul") { html in
                for unread in report.unread {
                    html.element("li", ["class": unread.obstacle == nil ? "waits" : "held"]) { html in
                        html.write("\(unread.event.place) \(unread.words). ")
                        if let advice = unread.obstacle?.advice { html.element("span", ["class": "advice"], advice) }
                    }
                }
            }
            write("Events that name it", report.events, to: &html)
            write(report.deadLetters, to: &html)
        }
    }

    private static var unseenAdvice: String { WaitingChain.Finding.unseen.advice }
}
