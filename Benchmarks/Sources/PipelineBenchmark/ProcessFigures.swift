// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a process has used so far, as the kernel tells it.
struct ProcessFigures {
    /// Processor time of all threads, in seconds.
    var processorSeconds = 0.0
    /// The largest resident size so far, in bytes; pages of mapped files count.
    var peakResidentBytes = 0
    /// Resident memory that is no file's, in bytes.
    var anonymousBytes = 0

    /// Processor time that the threads of a process's HTTP server have used so far, in seconds.
    static func endpointSeconds(of processID: Int32) -> Double {
        let threads = "/proc/\(processID)/task"
        return ((try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []).reduce(0) { sum, thread in
            let name = try? String(contentsOfFile: "\(threads)/\(thread)/comm", encoding: .utf8)
            guard name?.hasPrefix("MHD-") == true else { return sum }
            // Nanoseconds at work come first; the times in `stat` go by hundredths of a second.
            let times = try? String(contentsOfFile: "\(threads)/\(thread)/schedstat", encoding: .utf8)
            return sum + (times?.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
        }
    }

    init(_ processID: Int32) {
        let statistics = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may hold spaces: state is the first, user and system time the 12th and 13th.
        let fields = statistics.split(separator: ")").last?.split(separator: " ") ?? []
        if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) {
            processorSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
        let status = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            guard words.count > 1, let kilobytes = Int(words[1]) else { continue }
            if words[0] == "VmHWM" { peakResidentBytes = kilobytes * 1_024 }
            if words[0] == "RssAnon" { anonymousBytes = kilobytes * 1_024 }
        }
    }
}
