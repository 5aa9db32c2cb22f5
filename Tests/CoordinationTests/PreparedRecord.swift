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

    static func seen(_ topic: String, _ offset: Int64, _ what: String, _ value: String) -> SeenRecord {
        let message = Message(
            at: TopicPartition(topic, 2),
            offset: offset,
            timestampMs: nowMs - 60_000,
            key: nil,
            value: Array(value.utf8),
            headers: []
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

    /// An invoice that waits for a customer whose worker's gate is closed; others wait for it.
    static func invoice(_ name: String = "103001", _ word: String = "PCS") -> RecordReport {
        let customer = Waiting.Reference(mapping: "CUSTOMER", key: "10000", reason: .unseen)
        var coupling = Pairs.coupling("POSTEDSALESINV-INV", name, 1, .waiting, waitsFor: [customer])
        coupling.waiting?.since = nowMs - 5_400_000
        coupling.updatedAt = nowMs - 5_400_000
        coupling.base = ["name": word, "invoicenumber": name]
        coupling.error = .permanent(word, word)
        let glance = PairGlance(coupling, partition: 2)
        var pair = RecordReport.Pair(coupling: coupling, glance: glance, standing: Standing(glance))
        let links = [
            WaitingChain.Link(mapping: "CUSTOMER", key: "10000", finding: .waiting),
            WaitingChain.Link(mapping: "CURRENCY", key: word, finding: .unseen),
        ]
        pair.chains = [WaitingChain(links: links)]
        pair.causes = pair.chains.map {
            RootCause(of: $0, mapping: "CUSTOMER") { _ in
                Obstacle(.gateClosed, worker: "account-worker", detail: "held back by its closed gate: \(word)")
            }
        }
        pair.obstacle = Obstacle(.held, worker: "invoice-worker", detail: word)
        pair.waiters.count = 25
        pair.waiters.first = [Pairs.pair("POSTEDSALESLINE-INV", "\(name)/\(word)", 2, .waiting, waitsFor: [customer])]
        pair.events = [
            seen("bc.changes.sales-invoices", 17, "create, sequence 42", #"{"op":"c","after":{"number":"\#(name)"}}"#),
            seen("bc.changes.sales-invoices", 23, word, word),
        ]
        pair.events[1].isUnread = true
        pair.changes = [seen("crm.outbound.invoices", 4, "create \(word)", word)]
        pair.inbox = [seen("sync.inbox.invoice-worker", 4, "command retry", "{}")]
        pair.deadLetters = [letter(word)]
        var report = RecordReport(query: query(name), atMs: nowMs - 2_000)
        report.pairs = [pair]
        report.others = [PairKey(mapping: "CUSTOMER", company: word, id: Pairs.id(9))]
        report.caveats = ["The time was not enough."]
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
