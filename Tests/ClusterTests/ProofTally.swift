// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncTestSupport

/// What a proof has done and seen, as two tables.
struct ProofTally {
    /// What one instance took, over all of its processes.
    struct Instance {
        var begin: Footprint
        var middle: Footprint?
        var end: Footprint?
        var peak: Footprint
    }

    private var counts: [ProofFault: [String: Int]] = [:]
    private(set) var instances: [String: Instance] = [:]
    /// Why a kind was left out.
    var omission: String?

    var faults: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    mutating func note(_ fault: ProofFault, _ variety: String) {
        counts[fault, default: [:]][variety, default: 0] += 1
    }

    /// Looks at all processes that run.
    mutating func look(at processes: [WorkerProcess], isMiddle: Bool = false, isEnd: Bool = false) {
        for process in processes {
            guard let id = process.processID, process.isRunning, let found = Footprint(of: id) else { continue }
            let name = "\(process.worker) \(process.instance)"
            var instance = instances[name] ?? Instance(begin: found, peak: found)
            instance.peak = instance.peak.larger(found)
            if isMiddle { instance.middle = found }
            if isEnd { instance.end = found }
            instances[name] = instance
        }
    }

    /// Both tables in Markdown.
    var text: String {
        var lines = ["| fault | times | of which |", "| --- | --- | --- |"]
        for fault in ProofFault.allCases {
            let found = counts[fault] ?? [:]
            let parts = found.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
            let absence = fault.needsCell ? omission.map { "left out: \($0)" } : nil
            lines.append("| \(fault.rawValue) | \(found.values.reduce(0, +)) | \(absence ?? parts) |")
        }
        lines += [
            "", "| instance | begin | middle | end | most |", "| --- | --- | --- | --- | --- |",
        ]
        for (name, instance) in instances.sorted(by: { $0.key < $1.key }) {
            let parts = [instance.begin, instance.middle, instance.end, instance.peak].map(Self.text)
            lines.append("| \(name) | \(parts.joined(separator: " | ")) |")
        }
        lines.append("(resident MiB / of which no file's / open files)")
        return lines.joined(separator: "\n")
    }

    private static func text(_ footprint: Footprint?) -> String {
        guard let footprint else { return "–" }
        return "\(footprint.residentKiB >> 10) / \(footprint.anonymousKiB >> 10) / \(footprint.files)"
    }
}
