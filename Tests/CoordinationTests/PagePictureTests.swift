// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Foundation
import Inspection
import Telemetry
import Testing

@testable import Coordination

/// Pictures of the page, for readers and for whoever changes it.
@Suite("Pictures of the page", .enabled(if: Browser.found != nil), .serialized, .timeLimit(.minutes(2)))
struct PagePictureTests {
    @Test("are made into the folder that PAGE_PICTURES names", .enabled(if: Browser.pictures != nil))
    func pictures() throws {
        let browser = try #require(Browser.found)
        let folder = try #require(Browser.pictures)
        let prepared = try PreparedPage()
        try prepared.fillWithTrouble()
        let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
        defer { server.stop() }
        let routes = prepared.routes
        routes.add(to: server)
        let url = try server.start()
        let records = try ServedRecords()
        let invoice = PreparedRecord.invoice()
        records.put(invoice)
        let record = "\(records.url)/records?q=\(invoice.query.text)"
        for (name, width, height) in [("wide", 1_280, 2_300), ("narrow", 360, 2_300)] {
            for isDark in [false, true] {
                let file = "\(folder)/page-\(name)-\(isDark ? "dark" : "light").png"
                try browser.picture(of: url, width: width, height: height, isDark: isDark, to: file)
                #expect(FileManager.default.fileExists(atPath: file))
                let ofRecord = "\(folder)/record-\(name)-\(isDark ? "dark" : "light").png"
                try browser.picture(of: record, width: width, height: 1_500, isDark: isDark, to: ofRecord)
                #expect(FileManager.default.fileExists(atPath: ofRecord))
            }
        }
    }
}
