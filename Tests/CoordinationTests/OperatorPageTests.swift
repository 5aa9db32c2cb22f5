// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import Testing

@testable import Coordination

@Suite("The operators' page")
struct OperatorPageTests {
    private static let hostile =
        #"</bdi><script>alert(1)</script><img src=x onerror="alert('2')">&amp;"# + "\u{0}\u{202E}"

    /// The names of elements that are open where the text ends, and what is wrong with it.
    private func problems(of html: String) -> [String] {
        var open: [String] = []
        var problems: [String] = []
        for piece in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
            guard let end = piece.firstIndex(of: ">") else {
                problems.append("a tag without an end: \(piece.prefix(40))")
                continue
            }
            let tag = piece[..<end]
            let name = tag.prefix { $0 != " " }
            if name.hasPrefix("/") {
                let expected = open.popLast() ?? "nothing"
                if expected != name.dropFirst() { problems.append("</\(expected)> expected, \(name) found") }
            } else if name != "input" {
                open.append(String(name))
            }
            if tag.contains(" style=") || tag.contains(" on") { problems.append("inline style or script: \(tag)") }
        }
        return problems + open.map { "\($0) does not end" }
    }

    @Test("is well-formed with nothing known, and says so")
    func empty() throws {
        let page = try PreparedPage().page()
        let html = page.main()
        #expect(problems(of: html).isEmpty)
        #expect(html.contains("Kafka has not answered yet."))
        #expect(html.contains("One thing needs a look"))
        #expect(html.contains("This coordinator stands by"))
    }

    @Test("is well-formed in trouble, and tells it, the worst first")
    func trouble() throws {
        let prepared = try PreparedPage()
        try prepared.fillWithTrouble()
        let html = prepared.page().main()
        #expect(problems(of: html).isEmpty)
        let concerns = prepared.page().concerns()
        #expect(concerns.map(\.level) == [.bad, .doubtful, .doubtful, .doubtful, .held])
        #expect(concerns.first?.text == "invoice-worker is stopped: no sign of life for 3 min.")
        #expect(html.contains("4 things need a look"))
        // The chain of four, down to what was never seen.
        let chain =
            "waits for ITEM-PRODUCT <bdi>1896-S</bdi> → ITEM UOM <bdi>1896-S/PCS</bdi> → "
            + "<strong>UNIT GROUP <bdi>1896-S</bdi> was never seen</strong>"
        #expect(html.contains(chain))
        #expect(html.contains("CUSTOMER <bdi>10000</bdi> is filtered out"))
        #expect(html.contains("CUSTOMER <bdi>20000</bdi> failed: FieldTooLong"))
        #expect(html.contains("held back by its closed gate: unit-worker lags 6204 records"))
    }

    @Test("says that it is stale when Kafka has not answered for a while")
    func stale() throws {
        let prepared = try PreparedPage()
        try prepared.fillWithTrouble()
        prepared.view.update { $0.lag?.atMs -= 60_000 }
        let first = prepared.page().concerns().first
        #expect(first?.text == "Kafka has not answered for 60 s; what is shown is as old as that.")
        prepared.view.update { $0.lag?.atMs += 55_000 }
        #expect(prepared.page().concerns().first?.text.contains("Kafka") == false)
    }

    @Test("escapes every value, wherever it comes from")
    func hostile() throws {
        let prepared = try PreparedPage()
        var pair = Pairs.coupling(
            "ITEM-PRODUCT",
            Self.hostile,
            1,
            .waiting,
            waitsFor: [Waiting.Reference(mapping: Self.hostile, key: Self.hostile, reason: .unseen)]
        )
        var couplings = UnsettledCouplings()
        couplings.take(pairKey: pair.pairKey.description, pair, partition: 0)
        pair = Pairs.coupling("UNIT", Self.hostile, 2, .failed, error: .permanent(Self.hostile, Self.hostile))
        couplings.take(pairKey: pair.pairKey.description, pair, partition: 0)
        let report = StuckFinder(stuckAfterMs: 1) { _ in Obstacle(.held, worker: Self.hostile, detail: Self.hostile) }
            .report(on: couplings, nowMs: 10_000)
        prepared.view.update { snapshot in
            snapshot.stuck = report
            snapshot.lagProblems = ["unit-worker": Self.hostile]
            snapshot.gates = [Gate(worker: "unit-worker", isOpen: false, reason: Self.hostile, sinceMs: nil)]
            snapshot.verdicts = [
                WorkerVerdict(worker: "unit-worker", verdict: .stalled, reason: Self.hostile, rate: 0)
            ]
        }
        let html = prepared.page().main()
        #expect(problems(of: html).isEmpty)
        for forbidden in ["<script", "<img", "onerror=\"", "\u{0}"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        #expect(html.contains("&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    @Test("stays small with ten thousand waiting records")
    func many() throws {
        let prepared = try PreparedPage()
        var couplings = UnsettledCouplings()
        for number in 0..<10_000 {
            let pair = Pairs.coupling(
                "PLLINE-PRODPRICE",
                "P\(number)",
                number,
                .waiting,
                waitsFor: [Waiting.Reference(mapping: "ITEM-PRODUCT", key: "I\(number % 300)", reason: .unseen)]
            )
            couplings.take(pairKey: pair.pairKey.description, pair, partition: 0)
        }
        let report = StuckFinder(stuckAfterMs: 1) { _ in nil }.report(on: couplings, nowMs: 10_000)
        prepared.view.update { $0.stuck = report }
        let html = prepared.page().main()
        #expect(html.utf8.count < 60_000)
        #expect(html.contains("50 of 10,000 are shown"))
        #expect(html.contains("10,000 records wait longer than"))
    }

    @Test(
        "shows numbers in few characters",
        arguments: [
            (0, "0", "0"), (999, "999", "999"), (1_000, "1k", "1,000"), (1_234, "1.2k", "1,234"),
            (18_452, "18k", "18,452"), (999_999, "999k", "999,999"), (1_250_000, "1.2M", "1,250,000"),
            (3_000_000_000, "3G", "3,000,000,000"),
        ] as [(Int64, String, String)]
    )
    func numbers(value: Int64, short: String, whole: String) {
        #expect(PageText.short(value) == short)
        #expect(PageText.number(value) == whole)
    }
}
