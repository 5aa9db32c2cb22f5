// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

@testable import Inspection
import Testing

@testable import Coordination

@Suite("The page of one record")
struct RecordPageTests {
    private func page(_ report: RecordReport, mayAct: Bool = true) -> String {
        RecordPage(query: report.query, nowMs: PreparedRecord.nowMs, mayAct: mayAct).html(report)
    }

    @Test("tells whether it has arrived, why not, what to do, and what happened to it")
    func invoice() {
        let html = page(PreparedRecord.invoice())
        #expect(HTMLCheck.problems(of: html).isEmpty)
        for text in [
            "POSTEDSALESINV-INV </span><bdi>103001</bdi> has not arrived; it waits",
            "CUSTOMER </span><a href=\"/records?q=10000\"><bdi>10000</bdi></a>, which <span>waits</span>",
            "was never seen; reference-worker does not read it: held back by its closed gate: unit-worker lags 6204 records",
            "the gate opens by itself", "3 records wait for it", "bc.changes.sales-invoices[2]@23", "not read yet",
            "command retry", "2 values that both sides agreed on",
            "1,234,567 couplings read in 3.2 s", "sync.inbox.invoice-worker[2]@4",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        let key = "POSTEDSALESINV-INV%2FCRONUS%2F00000000-0000-4000-8000-000000000001"
        #expect(html.contains("/act?do=skip&amp;pair=\(key)"))
        #expect(!html.contains("do=retry"), "it did not fail")
        #expect(html.contains("/act?do=replay&amp;place=0%3A42"))
        #expect(!page(PreparedRecord.invoice(), mayAct: false).contains("/act?"))
    }

    @Test("offers to retry and restore what failed")
    func failed() {
        let html = page(PreparedRecord.failed())
        #expect(HTMLCheck.problems(of: html).isEmpty)
        #expect(html.contains("do=retry") && html.contains("do=restore") && html.contains("do=skip"))
        #expect(html.contains("failed: FieldTooLong, property &quot;displayName&quot; has 212 characters"))
    }

    @Test("says what is known of a record without a pair")
    func stray() {
        let html = page(PreparedRecord.stray())
        #expect(HTMLCheck.problems(of: html).isEmpty)
        for text in [
            "CURRENCY <bdi>SEK</bdi> was never seen", "1 record waits for it", "There is no pair <bdi>SEK</bdi>",
            "is not read yet for CURRENCY: reference-worker has not come so far", "Events that name it",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(!html.contains("It was never seen."))
        let nothing = RecordReport(query: PreparedRecord.query("x"), atMs: 0)
        #expect(page(nothing).contains("It was never seen. See whether the source sends it"))
    }

    @Test("escapes every value, wherever it comes from")
    func hostile() {
        let bad = HTMLCheck.hostile
        let list = DeadLetterList(newest: [PreparedRecord.letter(bad, id: bad, worker: bad)], count: 1)
        var pages = [page(PreparedRecord.invoice(bad, bad)), page(PreparedRecord.stray(bad)), RecordPage.form(bad)]
        for action in [RecordAction.replay(place: bad), .order(.retry, pairKey: bad)] {
            pages += [ActionPage(action).question(refusal: bad), ActionPage(action).html(notice: bad, leadsBack: true)]
        }
        if let prepared = try? PreparedPage() {
            prepared.view.update { $0.deadLetters = list }
            pages.append(prepared.page().main())
        }
        #expect(pages.count == 8)
        for html in pages {
            #expect(HTMLCheck.problems(of: html).isEmpty)
            for forbidden in ["<script", "<img", "onerror=\"", "\u{0}"] {
                #expect(!html.contains(forbidden), "\(html)")
            }
        }
    }

    @Test(
        "reads forms as browsers send them",
        arguments: [
            ("do=retry&pair=A%2Fb+c%26d&token=%C3%A9", ["do": "retry", "pair": "A/b c&d", "token": "\u{e9}"]),
            ("do=&=x&&pair", ["do": "", "pair": ""]), ("", ["do": nil]),
        ] as [(String, [String: String?])]
    )
    func forms(body: String, fields: [String: String?]) throws {
        let form = try #require(FormFields(Array(body.utf8)))
        for (name, value) in fields { #expect(form[name] == value) }
    }

    @Test(
        "takes no form that is broken or too large",
        arguments: ["a=%", "a=%f", "a=%zz", "a=%ff", String(repeating: "a", count: 20_000)]
    )
    func brokenForms(body: String) {
        #expect(FormFields(Array(body.utf8)) == nil)
    }

    @Test("writes any text into an address", arguments: ["a/b c&d=\u{e9}+%", "AZaz09-._~", "\u{0}\n"])
    func addresses(text: String) {
        #expect(FormFields(Array("q=\(text.inQuery)".utf8))?["q"] == text)
    }
}
