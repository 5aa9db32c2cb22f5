// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import Kafka
import SyncModel

@testable import Inspection

/// Reports of a search to look at.
enum PreparedRecord {
    static let nowMs = PreparedPage.nowMs

    static func query(_ text: String) -> PairQuery {
        PairQuery(text, mapping: nil, mappingNames: ["ITEM-PRODUCT", "POSTEDSALESINV-INV"])
    }

    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    static func seen(
        _ topic: String,
        _ offset: Int64,
        _ what: String,
        _ value: String,
        headers: [Header] = []
    ) -> SeenRecord {
        let message = Message(
            at: TopicPartition(topic, 2),
            offset: offset,
            timestampMs: nowMs - 60_000,
            key: nil,
            value: Array(value.utf8),
            headers: headers
        )
        return SeenRecord(message, prefix: "", what: what)
    }

    static func letter(_ error: String, id: String = Pairs.id(1), worker: String = "invoice-worker") -> DeadLetterGlance
    {
        DeadLetterGlance(
            DeadLetter(
                partition: 0,
                offset: 42,
                key: Array(id.utf8),
                value: [1],
                allHeaders: [
                    Header("sync-worker", worker), Header("sync-topic", "bc.changes.sales-invoices"),
                    Header("sync-partition", "2"), Header("sync-offset", "11"), Header("sync-error", error),
                    Header("sync-time", "2026-01-01T00:00:00.000Z"),
                ]
            )
        )
    }

    /// An invoice that waits for a customer that waits for a currency behind a closed gate; others wait for it.
    ///
    /// `word` stands wherever a value can, for what is to be escaped.
    static func invoice(_ name: String = "103001", _ word: String? = nil) -> RecordReport {
        let customer = Waiting.Reference(mapping: "CUSTOMER", key: "10000", reason: .unseen)
        var coupling = Pairs.coupling("POSTEDSALESINV-INV", name, 1, .waiting, waitsFor: [customer])
        coupling.bc.entity = "sales-invoices"
        coupling.crm.entity = "invoices"
        coupling.waiting?.since = nowMs - 5_400_000
        coupling.updatedAt = nowMs - 5_400_000
        coupling.base = ["name": word ?? "103001", "invoicenumber": name]
        coupling.error = word.map { .permanent($0, $0) }
        let glance = PairGlance(coupling, partition: 2)
        var pair = RecordReport.Pair(coupling: coupling, glance: glance, standing: Standing(glance))
        pair.chains = [
            WaitingChain(
                links: [
                    WaitingChain.Link(mapping: "CUSTOMER", key: "10000", finding: .waiting),
                    WaitingChain.Link(mapping: "CURRENCY", key: word ?? "SEK", finding: .unseen),
                ]
            )
        ]
        let gate = "held back by its closed gate: \(word ?? "unit-worker lags 6204 records")"
        pair.causes = pair.chains.map {
            RootCause(of: $0, mapping: "CUSTOMER") { _ in
                Obstacle(.gateClosed, worker: "reference-worker", detail: gate)
            }
        }
        pair.obstacle = word.map { Obstacle(.held, worker: "invoice-worker", detail: $0) }
        pair.waiters.count = 3
        pair.waiters.first = (1...3).map { number in
            let line = "\(word ?? name)/\(number)0000"
            return Pairs.pair("POSTEDSALESLINE-INV", line, number, .waiting, waitsFor: [customer])
        }
        let topic = "bc.changes.sales-invoices"
        pair.events = [
            seen(topic, 17, "create, sequence 42", #"{"op":"c","after":{"number":"\#(name)"}}"#),
            seen(
                topic,
                23,
                word ?? "update, sequence 57",
                word ?? "{}",
                headers: [Header("traceparent", word ?? "00-\(trace)-00f067aa0ba902b7-01")]
            ),
        ]
        pair.events[1].isUnread = true
        pair.changes = word.map { [seen("crm.outbound.invoices", 4, "create \($0)", $0)] } ?? []
        pair.inbox = [seen("sync.inbox.invoice-worker", 4, "command retry", #"{"type":"command"}"#)]
        pair.deadLetters = [letter(word ?? "invalid UTF-8 at byte 17")]
        var report = RecordReport(query: query(name), atMs: nowMs - 2_000)
        report.pairs = [pair]
        report.others = word.map { [PairKey(mapping: "CUSTOMER", company: $0, id: Pairs.id(9))] } ?? []
        report.caveats = word.map { [$0] } ?? []
        report.couplings = 1_234_567
        report.tookMs = 3_210
        return report
    }

    static func failed() -> RecordReport {
        let error = RecordError.permanent(
            "FieldTooLong",
            "property \"displayName\" has 212 characters, allowed are 160"
        )
        let coupling = Pairs.coupling("ITEM-PRODUCT", "1896-S", 3, .failed, error: error)
        let glance = PairGlance(coupling, partition: 0)
        var report = RecordReport(query: query("1896-S"), atMs: nowMs)
        report.pairs = [RecordReport.Pair(coupling: coupling, glance: glance, standing: Standing(glance))]
        return report
    }

    /// Nothing but what names it.
    static func stray(_ word: String = "SEK") -> RecordReport {
        var report = RecordReport(query: query(word), atMs: nowMs)
        let link = WaitingChain.Link(mapping: "CURRENCY", key: word, finding: .unseen)
        let cause = RootCause(of: WaitingChain(links: [link]), mapping: "CURRENCY") { _ in nil }
        report.absent = [RecordReport.Absent(cause: cause, waiters: .init(count: 1, first: []))]
        report.events = [seen("bc.changes.currencies", 1, word, word)]
        report.unread = [
            RecordReport.Unread(event: report.events[0], mapping: "CURRENCY", worker: "reference-worker", obstacle: nil)
        ]
        report.deadLetters = [letter(word, id: word)]
        return report
    }
}
