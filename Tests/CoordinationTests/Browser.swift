// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Chromium without a window.
struct Browser {
    struct Failure: Error {
        let reason: String
    }

    let path: String

    /// The one that is installed; nil where none is.
    static var found: Browser? {
        let paths = [ProcessInfo.processInfo.environment["CHROMIUM"], "/usr/bin/chromium"].compactMap(\.self)
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map(Browser.init)
    }

    /// Where pictures are wanted.
    static var pictures: String? { ProcessInfo.processInfo.environment["PAGE_PICTURES"] }

    func picture(of url: String, width: Int, height: Int, isDark: Bool, to file: String) throws {
        var arguments = ["--screenshot=\(file)", "--window-size=\(width),\(height)", "--hide-scrollbars"]
        if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
        _ = try run(arguments + [url])
    }

    /// Runs it to its end; what it printed.
    func run(_ arguments: [String]) throws -> String {
        let profile = NSTemporaryDirectory() + "page-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: profile) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(profile)", "--no-first-run",
                "--disable-background-networking", "--disable-extensions", "--disable-component-update",
            ] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(reason: "chromium: \(process.terminationStatus)") }
        return String(decoding: data, as: UTF8.self)
    }
}
