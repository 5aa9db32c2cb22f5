// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import Telemetry
import Testing

@testable import Coordination

/// The page of one record in a real browser; where none is installed nothing is tested here.
@Suite("The page of one record in Chromium", .enabled(if: Browser.found != nil), .serialized, .timeLimit(.minutes(3)))
struct RecordBrowserTests {
    @Test(
        "is legible, has names for everything and fits the screen, opened up too",
        arguments: [(1_280, false), (1_280, true), (360, false), (360, true)]
    )
    func looks(width: Int, isDark: Bool) throws {
        let served = try ServedRecords()
        let tab = try BrowserTab(try #require(Browser.found))
        try tab.use(width: width, isDark: isDark)
        for report in [PreparedRecord.invoice(), PreparedRecord.stray(), PreparedRecord.failed()] {
            served.put(report)
            try tab.open("\(served.url)/records?q=\(report.query.text)")
            try tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            #expect(try tab.evaluate("document.body.textContent.includes('\(report.query.text)')") as? Bool == true)
            #expect(try tab.faults(width: width) == [])
        }
        try tab.open("\(served.url)/act?do=retry&pair=ITEM-PRODUCT%2FCRONUS%2Fx")
        #expect(try tab.faults(width: width) == [])
        #expect(tab.complaints.isEmpty)
        for request in tab.requests where request != "about:blank" { #expect(request.hasPrefix(served.url)) }
    }

    @Test(
        "is found from the overview and acts once it was asked and given the token, without a script",
        arguments: [true, false]
    )
    func acts(hasScripts: Bool) throws {
        let served = try ServedRecords()
        served.put(PreparedRecord.failed())
        let tab = try BrowserTab(try #require(Browser.found))
        try tab.open(served.url)
        if !hasScripts { try tab.call("Emulation.setScriptExecutionDisabled", ["value": true]) }
        try tab.evaluate("document.querySelector('form.search input').value = '1896-S'")
        try tab.follow("document.querySelector('form.search').requestSubmit()")
        #expect(try tab.evaluate("document.querySelector('h2').textContent.includes('1896-S failed')") as? Bool == true)
        try tab.follow(#"[...document.querySelectorAll("a.button")].find(a => a.href.includes("do=retry")).click()"#)
        func submit(_ token: String) throws {
            try tab.evaluate("document.querySelector('form.ask input[name=token]').value = '\(token)'")
            try tab.follow("document.querySelector('form.ask').requestSubmit()")
        }
        try submit("wrong")
        #expect(
            try tab.evaluate("document.querySelector('.refusal').textContent.startsWith('Not done: ')") as? Bool == true
        )
        #expect(served.desk.take(timeoutMs: 0) == nil)
        try submit("tun")
        let expected = RecordAction.order(.retry, pairKey: "ITEM-PRODUCT/CRONUS/00000000-0000-4000-8000-000000000003")
        #expect(served.desk.take(timeoutMs: 0) == .action(1, expected))
        #expect(try tab.evaluate("location.pathname + location.search") as? String == "/act?job=1")
        served.desk.finish(1, .done("sent to product-worker"))
        try tab.follow("location.assign('\(served.url)/act?job=1')")
        let told = "document.querySelector('[role=status]').textContent"
        #expect(try tab.evaluate(told) as? String == "Done: sent to product-worker.")
        // The wrong token is a refused request, which the console names.
        #expect(tab.complaints.allSatisfy { $0.contains("403") })
    }
}
