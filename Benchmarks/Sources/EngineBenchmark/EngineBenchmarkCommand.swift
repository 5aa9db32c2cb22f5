// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation

@main
struct EngineBenchmarkCommand {
    static func main() {
        Command(
            "EngineBenchmark",
            summary: "Measures the way from an item's event to its outbound change, on one core and without Kafka.",
            details: "Processor time of one thread, the median of interleaved runs.",
            options: [
                .value("items", placeholder: "N,N", "Coupled items (10000,100000,1000000)."),
                .value("events", placeholder: "N", "Events in each run (50000)."),
                .value("runs", placeholder: "N", "Runs of each variant (5); of the release half as many."),
                .value("only", placeholder: "VARIANT", "One variant, for a profiler: parse, store, engine or full."),
                .value("release", placeholder: "N", "Waiting records to release at once (100000; 0: none)."),
                .value("json", placeholder: "FILE", "Writes the results there."),
            ]
        ) { call in
            let runs = try call.integer("runs", in: 1...1_000) ?? 5
            let counts = (call.value("items") ?? "10000,100000,1000000").split(separator: ",").compactMap { Int($0) }
            let only = call.value("only")
            let variants = Workload.Variant.allCases.filter { only == nil || "\($0)" == only }
            var report = EngineReport(events: try call.integer("events", in: 1...100_000_000) ?? 50_000)
            try TemporaryDirectory.with { directory in
                try measure(counts, runs: runs, variants: variants, directory: directory, &report)
            }
            report.releasedRecords = try call.integer("release", in: 0...10_000_000) ?? 100_000
            if report.releasedRecords > 0 {
                for _ in 0..<(runs / 2 | 1) {
                    report.releases.append(try ReleaseRun(records: report.releasedRecords))
                }
            }
            print(report.text())
            if let path = call.value("json") { try Data(report.json()).write(to: URL(fileURLWithPath: path)) }
            return 0
        }.runAndExit()
    }

    /// Couples items in several numbers and measures all in turn, so that what else the machine does meets all alike.
    private static func measure(
        _ counts: [Int],
        runs: Int,
        variants: [Workload.Variant],
        directory: String,
        _ report: inout EngineReport
    ) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var workloads: [Workload] = []
        for count in counts {
            let workload = try Workload(itemCount: count, directory: "\(directory)/\(count)")
            try workload.coupleUnits()
            try workload.takeNewItems()
            workloads.append(workload)
            for variant in variants {
                // The first round warms up what the others find warm.
                var measurement = Measurement(itemCount: count, variant: variant)
                try measurement.run(workload, events: report.events / 5 + 1)
                report.measurements.append(Measurement(itemCount: count, variant: variant))
            }
        }
        for _ in 0..<runs {
            for index in report.measurements.indices {
                let workload = workloads[index / variants.count]
                try report.measurements[index].run(workload, events: report.events)
            }
        }
        report.eventBytes = workloads.first?.eventBytes ?? 0
        for workload in workloads {
            report.stateBytes[workload.itemCount] = TemporaryDirectory.bytes("\(directory)/\(workload.itemCount)")
            try workload.close()
        }
    }
}
