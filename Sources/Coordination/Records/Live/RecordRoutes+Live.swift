// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import Telemetry

/// What keeps an open page of a record up to date.
extension RecordRoutes {
    func addLiveRoutes(to server: HTTPServer) {
        server.route("GET", "/api/records/events") { events($0) }
        server.route("GET", "/page/record") { changed($0) }
    }

    /// Tells the version of the record's report: when it is another one, and every few seconds while it is up to date.
    private func events(_ request: HTTPRequest) -> HTTPResponse {
        guard let query = query(request) else { return Self.noQuery }
        guard let stream = desk.watches.listen(to: query) else {
            return Self.later(.text("too many records are looked at already\n", status: 503))
        }
        return .events(stream)
    }

    /// The part of the page that changes, as far as the record is watched; begins no search.
    private func changed(_ request: HTTPRequest) -> HTTPResponse {
        guard let query = query(request) else { return Self.noQuery }
        guard let (report, version) = desk.watches.shown(query) else {
            return Self.later(.text("the record is not looked at, or not found out about yet\n", status: 503))
        }
        return .html(main(query, report, version)).guarded(referrer: "same-origin")
    }

    /// The main part of the page of a report.
    func main(_ query: PairQuery, _ report: RecordReport, _ version: Int) -> String {
        let page = RecordPage(query: query, nowMs: clock(), mayAct: access.actionToken != nil)
        let asked = "q=\(query.text.inQuery)" + (query.mapping.map { "&mapping=\($0.inQuery)" } ?? "")
        return PageFrame.main(
            page.html(report),
            [
                "id": "main", "data-live": asked, "data-version": String(version), "data-now": String(page.nowMs),
                "data-title": RecordPage.headline(report), "tabindex": "-1",
            ]
        )
    }
}
