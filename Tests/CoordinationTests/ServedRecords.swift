// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import Telemetry

@testable import Coordination

/// The pages over HTTP, with reports as they are handed in instead of searches.
final class ServedRecords {
    let desk = RecordDesk()
    let url: String
    private let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
    private let pages: PageRoutes

    init() throws {
        let prepared = try PreparedPage()
        try prepared.fillWithTrouble()
        pages = prepared.routes
        pages.add(to: server)
        RecordRoutes(
            prepared.configuration,
            view: prepared.view,
            desk: desk,
            access: PageAccess(isLoopback: true, token: nil, actionToken: "tun"),
            log: Log(level: .error)
        ) { PreparedRecord.nowMs }.add(to: server)
        url = try server.start()
    }

    deinit { server.stop() }

    /// Makes a report the newest on its query.
    func put(_ report: RecordReport) {
        let now = PreparedRecord.nowMs
        desk.finish(report.query, now...now, .success(report))
    }
}
