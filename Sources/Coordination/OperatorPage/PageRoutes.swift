// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import Synchronization
import SyncModel
import TableMappings
public import Telemetry

/// Serves the operators' page, and tells the browsers that show it when something has changed.
public final class PageRoutes: Sendable {
    private struct Told {
        var digest = 0
        var atMs: Int64 = 0
        var count = 0
    }

    /// Without a change the page is made anew so often, so that a browser knows that it is still connected.
    private static let beatMs: Int64 = 5_000
    /// Browsers that listen; others ask.
    private static let listeners = 16
    private static let javaScript = "text/javascript; charset=utf-8"
    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let clock: @Sendable () -> Int64
    private let files: PageFiles?
    private let graph: ReferenceGraph
    private let workers: [String]
    private let mayAct: Bool
    private let changes = EventStream(limit: PageRoutes.listeners)
    private let told = Mutex(Told())

    /// Makes the routes of a coordinator.
    ///
    /// - Parameters:
    ///   - configuration: the coordinator's own.
    ///   - view: the one that the coordinator writes.
    ///   - mayAct: whether the page offers to hold and release.
    ///   - clock: the time in milliseconds since 1970.
    public init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        mayAct: Bool = false,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.clock = clock
        self.mayAct = mayAct
        files = PageFiles()
        graph = ReferenceGraph(mappings: configuration.mappings)
        workers = OperatorPage.workers(of: configuration, graph)
    }

    /// Adds `/` with its files, `/page/main` (what changes of it) and `/api/events`.
    public func add(to server: HTTPServer) {
        server.route("GET", "/") { [self] _ in whole() }
        server.route("GET", "/page/main") { [self] _ in .html(main()).guarded() }
        server.route("GET", "/page/page.css") { [self] _ in file(files?.style, "text/css; charset=utf-8") }
        server.route("GET", "/page/page.js") { [self] _ in file(files?.script, Self.javaScript) }
        server.route("GET", "/page/live.js") { [self] _ in file(files?.liveScript, Self.javaScript) }
        server.route("GET", "/page/record.js") { [self] _ in file(files?.recordScript, Self.javaScript) }
        server.route("GET", "/page/icon.svg") { [self] _ in file(files?.icon, "image/svg+xml") }
        server.route("GET", "/api/events") { [self] _ in .events(changes) }
        view.afterRound { [weak self] in self?.tell() }
    }

    private func main() -> String {
        let page = OperatorPage(
            snapshot: view.snapshot,
            configuration: configuration,
            graph: graph,
            workers: workers,
            nowMs: clock(),
            mayAct: mayAct
        )
        var html = HTMLText()
        let headline = OperatorPage.headline(page.concerns())
        html.open("main", ["id": "main", "data-now": String(page.nowMs), "data-title": headline])
        return "\(html.text)\(page.main())</main>"
    }

    private func whole() -> HTTPResponse {
        guard let frame = files?.frame else { return PageFiles.missing }
        return .html(frame.before + main() + frame.after).guarded()
    }

    private func file(_ bytes: [UInt8]?, _ type: String) -> HTTPResponse {
        guard let bytes else { return PageFiles.missing }
        return HTTPResponse(contentType: type, body: bytes).guarded()
    }

    /// Tells who listens that something has changed, or that nothing has for a while.
    private func tell() {
        guard changes.count > 0 else { return }
        let digest = view.snapshot.digest
        let nowMs = clock()
        let number = told.withLock { told -> Int? in
            let isDue = digest != told.digest || nowMs - told.atMs >= Self.beatMs || nowMs < told.atMs
            guard isDue else { return nil }
            told = Told(digest: digest, atMs: nowMs, count: told.count + 1)
            return told.count
        }
        if let number { changes.send("changed", data: String(number)) }
    }
}

extension CoordinatorSnapshot {
    /// Differs when the page would, but for times.
    var digest: Int {
        var hasher = Hasher()
        hasher.combine(isActive)
        for gate in gates { hasher.combine("\(gate.worker)\(gate.isOpen)\(gate.reason ?? "")") }
        for hold in holds { hasher.combine("\(hold.mapping)\(hold.reason ?? "")") }
        for judged in verdicts {
            hasher.combine(judged.worker)
            hasher.combine(judged.verdict)
            hasher.combine(judged.rate.rounded())
        }
        hasher.combine(lag?.lags)
        hasher.combine(lagProblems)
        hasher.combine(heartbeats.map { "\($0.key)\($0.state)" })
        hasher.combine(deadLetters?.newest.first?.place)
        if let stuck {
            hasher.combine(stuck.waiting)
            hasher.combine(stuck.failed)
            hasher.combine(stuck.stuckCount)
            hasher.combine(stuck.tallies.map { "\($0.records)\($0.cause.hashValue)" })
        }
        return hasher.finalize()
    }
}
