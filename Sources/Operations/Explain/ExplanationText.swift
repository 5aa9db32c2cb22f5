// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import SyncModel

/// What is known of a record, as `syncctl explain` prints it.
struct ExplanationText {
    let report: RecordReport
    let context: CommandContext

    func text() -> String {
        var parts = report.pairs.map(text)
        parts += report.absent.map(text)
        if !report.isFound { parts.append(strays()) }
        if !report.others.isEmpty {
            let keys = report.others.map { "\n  \(OneLine.escaped($0.description))" }
            parts.append("more pairs have that name:\(keys.joined())")
        }
        return (parts + report.caveats).joined(separator: "\n\n")
    }

    private func text(_ pair: RecordReport.Pair) -> String {
        let glance = pair.glance
        var sheet = FactSheet(console: context.console)
        sheet.add("pair", glance.pairKey.description)
        sheet.add("source", "\(pair.coupling.bc.entity) \(glance.id), written \(context.age(glance.updatedAt)) ago")
        sheet.add("row", "\(pair.coupling.crm.entity) \(glance.rowID)\(glance.exists ? "" : ", not in use yet")")
        if let waiting = pair.coupling.waiting {
            let cause = waiting.causation
            let place = "\(cause.topic)[\(cause.partition)]@\(cause.offset)"
            sheet.add("waiting", "for \(context.age(waiting.since)): \(waiting.wish.rawValue) of \(place)")
        }
        for (chain, cause) in zip(pair.chains, pair.causes) { add(chain, cause, to: &sheet) }
        if let advice = pair.standing.advice { sheet.add("to do", advice) }
        if let obstacle = pair.obstacle { sheet.add("newer events", obstacle.words, .doubtful) }
        add(pair.waiters, to: &sheet)
        if let trace = pair.traceID {
            sheet.add("trace", "\(trace), that of its newest event; the log has it as trace.id")
        }
        add("events", pair.events, to: &sheet)
        add("changes", pair.changes, to: &sheet)
        add("inbox", pair.inbox, to: &sheet)
        add(pair.deadLetters, to: &sheet)
        return title("\(glance.pairKey.mapping) \(glance.name) \(pair.standing.words)") + "\n" + sheet.text()
    }

    private func text(_ absent: RecordReport.Absent) -> String {
        var sheet = FactSheet(console: context.console)
        sheet.add("to do", absent.cause.advice)
        add(absent.waiters, to: &sheet)
        let link = absent.cause.link
        return title("\(link.mapping) \(link.key) \(absent.cause.words)") + "\n" + sheet.text()
    }

    /// What there is of a record without a coupling.
    private func strays() -> String {
        var sheet = FactSheet(console: context.console)
        for unread in report.unread {
            sheet.add("not read", "\(unread.event.place) \(unread.words)", .doubtful)
            if let advice = unread.obstacle?.advice { sheet.add("to do", advice) }
        }
        add("named by", report.events, to: &sheet)
        add(report.deadLetters, to: &sheet)
        if report.isUnknown { sheet.add("never seen", WaitingChain.Finding.unseen.advice) }
        let facts = sheet.text()
        return title("there is no pair '\(report.query.text)'") + (facts.isEmpty ? "" : "\n\(facts)")
    }

    private func add(_ chain: WaitingChain, _ cause: RootCause, to sheet: inout FactSheet) {
        let links = chain.ends(8)
        for (index, link) in links.enumerated() {
            let isLast = index == links.count - 1
            sheet.add(
                index == 0 ? "waits for" : "",
                "\(link.mapping) \(link.key) \(isLast ? cause.words : link.finding.words)",
                isLast ? cause.style : .plain
            )
        }
        sheet.add("to do", cause.advice)
    }

    private func add(_ waiters: RecordReport.Waiters, to sheet: inout FactSheet) {
        guard waiters.count > 0 else { return }
        sheet.add("waited for", waiters.count == 1 ? "by 1 record" : "by \(waiters.count) records")
        for waiter in waiters.first { sheet.add("", "\(waiter.pairKey.mapping) \(waiter.name)") }
        if waiters.count > waiters.first.count { sheet.add("", "…") }
    }

    private func add(_ name: String, _ records: [SeenRecord], to sheet: inout FactSheet) {
        for (index, record) in records.enumerated() {
            let time = record.timestampMs >= 0 ? Timestamp.text(milliseconds: record.timestampMs) : "-"
            let unread = record.isUnread ? ", not read yet" : ""
            sheet.add(index == 0 ? name : "", "\(time) \(record.place) \(record.what)\(unread)")
        }
    }

    private func add(_ letters: [DeadLetterGlance], to sheet: inout FactSheet) {
        for (index, letter) in letters.enumerated() {
            let text = "\(letter.place) of \(letter.origin), \(letter.worker): \(letter.error)"
            sheet.add(index == 0 ? "dead letters" : "", text, .bad)
        }
    }

    private func title(_ text: String) -> String {
        let shown = OneLine.escaped(text)
        return context.console.usesColour ? "\u{1B}[1m\(shown)\u{1B}[0m" : shown
    }
}
