// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import Testing

@testable import Coordination

@Suite("The operators' page")
struct OperatorPageTests {
    @Test("is well-formed with nothing known, and says so")
    func empty() throws {
        let page = try PreparedPage().page()
        let html = page.main()
        #expect(HTMLCheck.problems(of: html).isEmpty)
        #expect(html.contains("Kafka has not answered yet."))
        #expect(html.contains("One thing needs a look"))
        #expect(html.contains("This coordinator stands by"))
    }

    @Test("is well-formed in trouble, and tells it, the worst first")
    func trouble() throws {
        let prepared = try PreparedPage()
        try prepared.fillWithTrouble()
        let html = prepared.page().main()
        #expect(HTMLCheck.problems(of: html).isEmpty)
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
            HTMLCheck.hostile,
            1,
            .waiting,
            waitsFor: [Waiting.Reference(mapping: HTMLCheck.hostile, key: HTMLCheck.hostile, reason: .unseen)]
        )
        var couplings = UnsettledCouplings()
        couplings.take(pairKey: pair.pairKey.description, pair, partition: 0)
        pair = Pairs.coupling(
            "UNIT",
            HTMLCheck.hostile,
            2,
            .failed,
            error: .permanent(HTMLCheck.hostile, HTMLCheck.hostile)
        )
        couplings.take(pairKey: pair.pairKey.description, pair, partition: 0)
        let report = StuckFinder(stuckAfterMs: 1) { _ in
            Obstacle(.held, worker: HTMLCheck.hostile, detail: HTMLCheck.hostile)
        }
        .report(on: couplings, nowMs: 10_000)
        prepared.view.update { snapshot in
            snapshot.stuck = report
            snapshot.lagProblems = ["unit-worker": HTMLCheck.hostile]
            snapshot.gates = [Gate(worker: "unit-worker", isOpen: false, reason: HTMLCheck.hostile, sinceMs: nil)]
            snapshot.verdicts = [
                WorkerVerdict(worker: "unit-worker", verdict: .stalled, reason: HTMLCheck.hostile, rate: 0)
            ]
        }
        let html = prepared.page().main()
        #expect(HTMLCheck.problems(of: html).isEmpty)
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
