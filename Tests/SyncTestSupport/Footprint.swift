// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a process takes: memory, open files and processor time.
public struct Footprint: Sendable {
    /// Resident memory, in KiB; mapped files count.
    public var residentKiB = 0
    /// Of it, what belongs to no file, in KiB.
    public var anonymousKiB = 0
    /// Open files, sockets among them.
    public var files = 0
    /// Processor time of all threads so far, in seconds.
    public var processorSeconds = 0.0

    /// Looks at a process; nil where it is gone.
    public init?(of process: Int32) {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
        else { return nil }
        for line in status.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
            guard words.count > 1, let value = Int(words[1]) else { continue }
            if words[0] == "VmRSS" { residentKiB = value }
            if words[0] == "RssAnon" { anonymousKiB = value }
        }
        self.files = files.count
        let statistics = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may hold spaces: state is the first, user and system time the 12th and 13th.
        let fields = statistics.split(separator: ")").last?.split(separator: " ") ?? []
        if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) {
            processorSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
        // One that has just ended has none.
        if residentKiB == 0 { return nil }
    }

    /// The larger of each.
    public func larger(_ other: Footprint) -> Footprint {
        var larger = self
        larger.residentKiB = max(residentKiB, other.residentKiB)
        larger.anonymousKiB = max(anonymousKiB, other.anonymousKiB)
        larger.files = max(files, other.files)
        larger.processorSeconds = max(processorSeconds, other.processorSeconds)
        return larger
    }
}
