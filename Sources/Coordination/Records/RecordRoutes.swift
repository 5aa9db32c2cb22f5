// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import JSON
import SyncModel
import Telemetry

/// Serves the page of one record, and the same for programs: searches on demand.
struct RecordRoutes: Sendable {
    /// A report is shown again for so long, in milliseconds; then it is made anew.
    static let freshMs: Int64 = 15_000
    /// Longest text that is searched for, in bytes.
    static let textLimit = 2_048

    let configuration: CoordinatorConfiguration
    let view: CoordinatorView
    let desk: RecordDesk
    let access: PageAccess
    let log: Log
    let clock: @Sendable () -> Int64
    let frame: PageFrame?

    init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        desk: RecordDesk,
        access: PageAccess,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.desk = desk
        self.access = access
        self.log = log
        self.clock = clock
        frame = PageFiles()?.recordFrame
    }

    /// Adds `/records`, `/api/records` and `/api/dead-letters`, and what acts: `/act`, `/api/commands`.
    func add(to server: HTTPServer) {
        server.route("GET", "/records") { page($0) }
        server.route("GET", "/api/records") { report($0) }
        server.route("GET", "/api/dead-letters") { _ in letters() }
        addLiveRoutes(to: server)
        addActions(to: server)
    }

    /// What is asked for; nil where nothing is.
    func query(_ request: HTTPRequest) -> PairQuery? {
        guard let text = request.query("q"), text.utf8.count <= Self.textLimit else { return nil }
        let mapping = request.query("mapping").flatMap { $0.isEmpty ? nil : $0 }
        let query = PairQuery(text, mapping: mapping, mappingNames: configuration.mappings.map(\.name))
        return query.text.isEmpty ? nil : query
    }

    private func search(_ query: PairQuery, _ request: HTTPRequest) -> RecordDesk.SearchState {
        let now = clock()
        let since = request.query("since").flatMap { Int64($0) } ?? 0
        // A time that lies ahead would have it searched for anew for ever.
        return desk.search(query, beganMs: min(since, now), endedMs: now - Self.freshMs)
    }

    func report(_ request: HTTPRequest) -> HTTPResponse {
        guard let query = query(request) else {
            return Self.noQuery
        }
        switch search(query, request) {
        case .done(let report): return .json(report.json + [UInt8(ascii: "\n")])
        case .failed(let reason): return .text("\(reason)\n", status: 503)
        case .busy: return Self.later(.text("too many searches are on their way already\n", status: 503))
        case .underWay(let percent):
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("state", "searching")
                writer.member("percent", Int64(percent))
            }
            return Self.later(.json(writer.bytes + [UInt8(ascii: "\n")], status: 202))
        }
    }

    static let noQuery = HTTPResponse.text(
        "q is missing, or longer than \(textLimit) bytes: a number, a code or an id\n",
        status: 400
    )

    func page(_ request: HTTPRequest) -> HTTPResponse {
        guard let query = query(request) else { return answer(title: "Find a record", RecordPage.form("")) }
        let page = RecordPage(query: query, nowMs: clock(), mayAct: access.actionToken != nil)
        let title = "\(query.text.prefix(60)) - synchronization"
        switch search(query, request) {
        case .done(let report):
            let (report, version) = desk.watches.shown(query) ?? (report, 0)
            return answer(title: title, main: main(query, report, version))
        case .failed(let reason):
            return answer(title: title, page.html(notice: "It cannot be looked for: \(reason)."), status: 503)
        case .busy:
            let notice = "Too many searches are on their way already. This page tries again."
            return answer(title: title, page.html(notice: notice), status: 503, refreshSeconds: 3)
        case .underWay(let percent):
            let notice = percent > 0 ? "Searching, \(percent) % read …" : "Searching …"
            return answer(title: title, page.html(notice: notice), status: 202, refreshSeconds: 1)
        }
    }

    private func letters() -> HTTPResponse {
        var writer = JSONWriter(reserving: 4_096)
        let list = view.snapshot.deadLetters
        writer.object { writer in
            writer.member("total", list?.count)
            writer.array("letters", list?.newest ?? []) { $1.write(to: &$0) }
        }
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }

    static func later(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers.append(("Retry-After", "1"))
        return response
    }

    /// A page of the frame; with `refreshSeconds` it asks for itself again.
    func answer(title: String, _ html: String, status: Int = 200, refreshSeconds: Int? = nil) -> HTTPResponse {
        answer(title: title, main: PageFrame.main(html, ["id": "main"]), status: status, refreshSeconds: refreshSeconds)
    }

    private func answer(title: String, main: String, status: Int = 200, refreshSeconds: Int? = nil) -> HTTPResponse {
        guard let frame else { return PageFiles.missing }
        // A form of this page names its origin, so that its token may be taken; another site's learns nothing.
        return .html(frame.page(title: title, refreshSeconds: refreshSeconds, main), status: status)
            .guarded(referrer: "same-origin")
    }
}
