// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import SyncModel
import Telemetry
import Testing

@testable import Coordination

/// An open page of a record in a real browser, while the record changes in Kafka; where no browser is installed nothing is
/// tested here.
@Suite("An open page of a record", .enabled(if: Browser.found != nil), .serialized, .timeLimit(.minutes(3)))
struct LiveRecordBrowserTests {
    private static let unit = Waiting.Reference(mapping: "UNIT", key: "PCS", reason: .unseen)
    private static let isLive = #"document.getElementById("live").textContent.startsWith("Live, updated")"#
    private static let isUpToDate = #"document.getElementById("main").dataset.version !== "0""#

    private static func product(_ state: Coupling.State, waitsFor: [Waiting.Reference]? = nil) -> Coupling {
        var coupling = Pairs.coupling("PRODUCT", "1000", 1, state, exists: state == .coupled, waitsFor: waitsFor)
        coupling.base = state == .coupled ? ["name": "Bicycle"] : [:]
        return coupling
    }

    /// A page on the product 1000, which waits for a unit, with an outbound change of before.
    private func opened(_ body: (LiveRecords, BrowserTab) throws -> Void) throws {
        let live = try LiveRecords()
        do {
            try live.put(Self.product(.waiting, waitsFor: [Self.unit]))
            try live.putChange(1, of: Self.product(.waiting))
            let tab = try BrowserTab(try #require(Browser.found))
            try tab.open("\(live.url)/records?q=1000")
            // While it searches the page loads itself again.
            while try tab.evaluate("document.querySelector('main[data-live]') !== null") as? Bool != true {
                try tab.follow("null")
            }
            try tab.wait(until: "\(Self.isLive) && \(Self.isUpToDate)")
            try tab.evaluate("window.marked = true")
            try body(live, tab)
            #expect(try tab.evaluate("window.marked") as? Bool == true, "it was loaded again")
            #expect(tab.complaints.isEmpty)
            for request in tab.requests where request != "about:blank" { #expect(request.hasPrefix(live.url)) }
        } catch {
            try live.close()
            throw error
        }
        try live.close()
    }

    @Test("shows a coupling, a reason, an outbound change and who waits when they change, and leaves the reader alone")
    func changes() throws {
        try opened { live, tab in
            #expect(
                try tab.evaluate("document.querySelector('h2').textContent") as? String
                    == "PRODUCT 1000 has not arrived; it waits"
            )
            try tab.evaluate(
                """
                (() => {
                  const details = document.querySelector("[data-key='Outbound changes'] details");
                  details.open = true;
                  details.querySelector("summary").focus();
                  document.querySelector("form.search input").value = "half a num";
                })()
                """
            )
            let gate = Gate(worker: "unit-worker", isOpen: false, reason: "a backlog", sinceMs: 0)
            live.view.update { $0.gates = [gate] }
            try tab.wait(until: "document.querySelector('.way').nextSibling.textContent.includes('gate')")

            try live.put(Pairs.coupling("UNIT", "PCS", 7, .failed, error: .permanent("Odd", "an odd unit")))
            try tab.wait(until: "document.querySelector('.way').textContent.includes('failed: Odd')")

            let waiter = Waiting.Reference(mapping: "PRODUCT", key: "1000", reason: .inFlight)
            try live.put(Pairs.coupling("PRODUCT", "2000", 2, .waiting, waitsFor: [waiter]))
            try tab.wait(until: #"document.querySelector("[data-key=waiters]")?.textContent.includes("2000")"#)

            try live.putChange(2, of: Self.product(.coupled))
            try live.put(Self.product(.coupled))
            try tab.wait(until: "document.querySelector('h2').textContent === 'PRODUCT 1000 has arrived'")
            try tab.wait(until: "document.querySelectorAll(\"[data-key='Outbound changes'] li\").length === 2")
            let first = "document.querySelector(\"[data-key='Outbound changes'] li\").textContent"
            #expect((try tab.evaluate(first) as? String)?.contains("change-2") == true, "the newest stands first")
            try tab.wait(until: "document.getElementById('news').textContent === 'PRODUCT 1000 has arrived'")
            #expect(try tab.evaluate("document.title") as? String == "PRODUCT 1000 has arrived - synchronization")

            let focused = "document.activeElement.nodeName + document.activeElement.textContent"
            let summary = try tab.evaluate(focused) as? String
            #expect(summary?.hasPrefix("SUMMARY") == true && summary?.contains("change-1") == true)
            let opened = "[...document.querySelectorAll(\"[data-key='Outbound changes'] details\")].map(d => d.open)"
            #expect(try tab.evaluate(opened) as? [Bool] == [false, true])
            #expect(try tab.evaluate("document.querySelector('form.search input').value") as? String == "half a num")
        }
    }

    @Test("is told of what it does not show only by its own record")
    func others() throws {
        try opened { live, tab in
            let version = try tab.evaluate("document.getElementById('main').dataset.version") as? String
            for number in 10..<40 {
                try live.put(Pairs.coupling("PRODUCT", "\(number)", number, .coupled, exists: true))
            }
            // The next beat comes after all of these were taken in.
            try tab.evaluate("events.addEventListener('state', () => { document.body.dataset.beats += '.'; })")
            try tab.wait(until: "document.body.dataset.beats?.endsWith('..')")
            #expect(try tab.evaluate("document.getElementById('main').dataset.version") as? String == version)
        }
    }

    @Test("puts the focus to the record where what had it is gone")
    func focus() throws {
        try opened { live, tab in
            try tab.evaluate("document.querySelector('.way a').focus()")
            try live.put(Self.product(.coupled))
            try tab.wait(until: "document.querySelector('h2').textContent === 'PRODUCT 1000 has arrived'")
            #expect(try tab.evaluate("document.activeElement.id") as? String == "main")
        }
    }

    @Test("marks itself when nobody says any more that it is up to date, and tells it once")
    func stale() throws {
        try opened { live, tab in
            #expect(try tab.evaluate("document.body.classList.contains('stale')") as? Bool == false)
            // The server answers still; that the couplings are no longer followed is enough.
            try live.follower.stop()
            try tab.evaluate("{ const now = Date.now; Date.now = () => now() + 60000; }")
            try tab.wait(until: "document.body.classList.contains('stale')")
            let text = try tab.evaluate("document.getElementById('live').textContent") as? String
            #expect(text?.hasPrefix("Not up to date: no answer since ") == true)
            #expect(try tab.evaluate("document.title") as? String == "Not up to date - synchronization")
            try tab.wait(until: "document.getElementById('news').textContent === 'Not up to date'")
            // Readers who listen are not told the time every few seconds.
            let spoken = "document.querySelectorAll('[role=status], [role=alert], [aria-live]').length"
            #expect(try tab.evaluate(spoken) as? Int == 1)
        }
    }

    @Test("stays as it was loaded without scripts")
    func withoutScripts() throws {
        try opened { live, _ in
            let plain = try BrowserTab(try #require(Browser.found))
            try plain.call("Emulation.setScriptExecutionDisabled", ["value": true])
            try plain.follow("location.assign('\(live.url)/records?q=1000')")
            #expect(
                try plain.evaluate("document.querySelector('h2').textContent") as? String
                    == "PRODUCT 1000 has not arrived; it waits"
            )
            #expect(try plain.evaluate("document.getElementById('live').checkVisibility()") as? Bool == false)
            #expect(!plain.requests.contains { $0.contains("/api/") || $0.contains("/page/record?") })
        }
    }
}
