// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Telemetry
import Testing

@testable import Coordination

/// The page in a real browser; where none is installed nothing is tested here.
@Suite("The page in Chromium", .enabled(if: Browser.found != nil), .serialized, .timeLimit(.minutes(3)))
struct PageBrowserTests {
    private final class Scene {
        let prepared: PreparedPage
        let routes: PageRoutes
        let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
        let url: String
        let tab: BrowserTab

        init() throws {
            // Of this moment, so that nothing is stale.
            prepared = try PreparedPage(nowMs: Timestamp.now())
            try prepared.fillWithTrouble()
            routes = prepared.routes
            routes.add(to: server)
            ActionRoutes(
                prepared.configuration,
                view: prepared.view,
                access: PageAccess(isLoopback: true, token: nil, actionToken: "tun"),
                log: Log(level: .error),
                clock: Timestamp.now
            ).add(to: server)
            url = try server.start()
            tab = try BrowserTab(try #require(Browser.found))
            try tab.open(url)
        }

        deinit { server.stop() }
    }

    private static let isLive = #"document.getElementById("live").textContent.startsWith("Live, updated")"#

    @Test("loads without a complaint and asks nobody else")
    func loads() throws {
        let scene = try Scene()
        try scene.tab.wait(until: Self.isLive)
        #expect(try scene.tab.evaluate("document.title") as? String == "4 things need a look - synchronization")
        #expect(scene.tab.complaints.isEmpty)
        #expect(scene.tab.requests.count >= 5)
        for request in scene.tab.requests where request != "about:blank" { #expect(request.hasPrefix(scene.url)) }
    }

    @Test("shows a change when it happens, and leaves focus and what is open alone")
    func live() throws {
        let scene = try Scene()
        try scene.tab.wait(until: Self.isLive)
        try scene.tab.evaluate(
            #"(() => { document.querySelector("details").open = true; document.querySelector("summary").focus(); })()"#
        )
        scene.prepared.view.update { snapshot in
            let judged = WorkerVerdict(worker: "price-worker", verdict: .stalled, reason: "a new reason", rate: 0)
            snapshot.verdicts = snapshot.verdicts.map { $0.worker == "price-worker" ? judged : $0 }
        }
        scene.prepared.view.endRound()
        try scene.tab.wait(until: #"document.querySelector(".cards").textContent.includes("a new reason")"#)
        #expect(try scene.tab.evaluate("document.activeElement.nodeName") as? String == "SUMMARY")
        #expect(try scene.tab.evaluate("document.querySelector('details').open") as? Bool == true)
        #expect(scene.tab.complaints.isEmpty)
    }

    @Test("can be walked through with the keyboard alone")
    func keyboard() throws {
        let scene = try Scene()
        try scene.tab.wait(until: Self.isLive)
        try scene.tab.press("Tab", code: 9)
        #expect(try scene.tab.evaluate("document.activeElement.className") as? String == "skip")
        let place = "document.activeElement.getBoundingClientRect().left >= 0"
        #expect(try scene.tab.evaluate(place) as? Bool == true)
        try scene.tab.press("Enter", code: 13)
        #expect(try scene.tab.evaluate("location.hash") as? String == "#waiting")
        try scene.tab.evaluate(#"document.querySelector(".summary a").focus()"#)
        try scene.tab.press("Enter", code: 13)
        #expect(try scene.tab.evaluate("location.hash") as? String == "#workers")
        try scene.tab.evaluate(#"document.querySelector("summary").focus()"#)
        try scene.tab.press("Enter", code: 13)
        #expect(try scene.tab.evaluate("document.querySelector('details').open") as? Bool == true)
    }

    @Test("holds and releases after asking, with the token, and not without it")
    func acts() throws {
        let scene = try Scene()
        try scene.tab.wait(until: Self.isLive)
        func submit(_ token: String) throws {
            try scene.tab.evaluate("document.getElementById('token').value = '\(token)'")
            try scene.tab.evaluate("document.querySelector('#ask form').requestSubmit()")
        }
        try scene.tab.evaluate(
            #"(() => { const form = document.getElementById("hold"); form.mapping.value = "ITEM UOM"; "#
                + #"form.reason.value = "count \"<b>\""; form.requestSubmit(); })()"#
        )
        #expect(try scene.tab.evaluate("document.getElementById('ask').open") as? Bool == true)
        #expect(
            try scene.tab.evaluate("document.getElementById('question').textContent") as? String == "Hold ITEM UOM?"
        )
        let reach = try scene.tab.evaluate("document.getElementById('reach').textContent") as? String
        #expect(reach?.contains("unit-worker no longer reads bc.changes.item-units") == true)
        try submit("wrong")
        try scene.tab.wait(until: "document.getElementById('answer').textContent.startsWith('Not done: ')")
        #expect(scene.prepared.view.takeOrder() == nil)
        try submit("tun")
        try scene.tab.wait(until: "!document.getElementById('ask').open")
        let order = try #require(scene.prepared.view.takeOrder())
        #expect(order.mapping == "ITEM UOM")
        #expect(order.hold?.reason == "count \"<b>\"")

        scene.prepared.view.update { $0.holds = [Hold(mapping: "ITEM UOM", nil)] }
        scene.prepared.view.endRound()
        try scene.tab.wait(until: "document.querySelector('button[data-release]')")
        try scene.tab.evaluate("document.querySelector('button[data-release]').click()")
        try submit("tun")
        try scene.tab.wait(until: "!document.getElementById('ask').open")
        #expect(scene.prepared.view.takeOrder() == HoldOrder(mapping: "ITEM UOM", hold: nil))
    }

    @Test("marks itself when it is no longer up to date")
    func stale() throws {
        let scene = try Scene()
        try scene.tab.wait(until: Self.isLive)
        #expect(try scene.tab.evaluate("document.body.classList.contains('stale')") as? Bool == false)
        scene.server.stop()
        try scene.tab.evaluate("{ const now = Date.now; Date.now = () => now() + 60000; }")
        try scene.tab.wait(until: "document.body.classList.contains('stale')")
        let text = try scene.tab.evaluate("document.getElementById('live').textContent") as? String
        #expect(text?.hasPrefix("Not up to date: no answer since ") == true)
        #expect(try scene.tab.evaluate("document.title") as? String == "Not up to date - synchronization")
    }

    @Test(
        "has enough contrast, names for everything, and fits the screen",
        arguments: [(1_280, false), (1_280, true), (360, false), (360, true)]
    )
    func looks(width: Int, isDark: Bool) throws {
        let scene = try Scene()
        try scene.tab.use(width: width, isDark: isDark)
        try scene.tab.wait(until: Self.isLive)
        #expect(try scene.tab.faults(width: width) == [])
    }
}
