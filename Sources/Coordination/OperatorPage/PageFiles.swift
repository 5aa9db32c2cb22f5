// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// The files of the page as they lie in the project.
struct PageFiles: Sendable {
    /// The frame, with a place for what changes.
    let frame: (before: String, after: String)
    let style: [UInt8]
    let script: [UInt8]
    /// What the scripts of pages that keep themselves up to date have in common.
    let liveScript: [UInt8]
    let recordScript: [UInt8]
    let icon: [UInt8]
    /// The frame of the page of one record.
    let recordFrame: PageFrame

    /// What is answered where they are not there.
    static let missing = HTTPResponse.text("the page's files are not beside the executable\n", status: 500)

    /// Where what changes goes in the frame.
    private static let place = "<!-- main -->"

    /// Reads the files; nil where they are not beside the executable.
    init?() {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Page")
        guard let frame = try? String(contentsOf: folder.appendingPathComponent("page.html"), encoding: .utf8),
            let place = frame.range(of: Self.place),
            let style = try? Data(contentsOf: folder.appendingPathComponent("page.css")),
            let script = try? Data(contentsOf: folder.appendingPathComponent("page.js")),
            let live = try? Data(contentsOf: folder.appendingPathComponent("live.js")),
            let recordScript = try? Data(contentsOf: folder.appendingPathComponent("record.js")),
            let icon = try? Data(contentsOf: folder.appendingPathComponent("icon.svg")),
            let record = try? String(contentsOf: folder.appendingPathComponent("record.html"), encoding: .utf8),
            let recordFrame = PageFrame(record)
        else { return nil }
        self.frame = (String(frame[..<place.lowerBound]), String(frame[place.upperBound...]))
        self.style = Array(style)
        self.script = Array(script)
        self.liveScript = Array(live)
        self.recordScript = Array(recordScript)
        self.icon = Array(icon)
        self.recordFrame = recordFrame
    }
}
