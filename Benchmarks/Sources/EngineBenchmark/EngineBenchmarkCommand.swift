// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import JSON

@main
struct EngineBenchmarkCommand {
    static func main() {
        Command(
            "EngineBenchmark",
            summary: "Measures the way from an item's event to its outbound change, on one core and without Kafka.",
            details: "Processor time of one thread, the median of interleaved runs.",
            options: [
                .value("items", placeholder: "N,N", "Coupled items (10000,100000)."),
                .value("events", placeholder: "N", "Events in each run (50000)."),
                .value("runs", placeholder: "N", "Runs of each variant (5)."),
                .value("only", placeholder: "VARIANT", "One variant, for a profiler: parse, store, engine or full."),
                .value("json", placeholder: "FILE", "Writes the results there."),
            ]
        ) { call in
            let events = try call.integer("events", in: 1...100_000_000) ?? 50_000
            let runs = try call.integer("runs", in: 1...1_000) ?? 5
            let counts = (call.value("items") ?? "10000,100000").split(separator: ",").compactMap { Int($0) }
            let only = call.value("only")
            let variants = Workload.Variant.allCases.filter { only == nil || "\($0)" == only }
            var measurements: [Measurement] = []
            for count in counts {
                measurements += try measure(items: count, events: events, runs: runs, variants: variants)
            }
            print(table(measurements))
            if let path = call.value("json") {
                try Data(json(measurements, events: events)).write(to: URL(fileURLWithPath: path))
            }
            return 0
        }.runAndExit()
    }

    private static func measure(
        items: Int,
        events: Int,
        runs: Int,
        variants: [Workload.Variant]
    ) throws -> [Measurement] {
        let directory = NSTemporaryDirectory() + "engine-benchmark-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let workload = try Workload(itemCount: items, directory: directory)
        var measurements = variants.map { Measurement(itemCount: items, variant: $0) }
        // The first round warms up what the others find warm.
        for index in measurements.indices {
            var warmUp = measurements[index]
            try warmUp.run(workload, events: events / 5 + 1)
        }
        for _ in 0..<runs {
            for index in measurements.indices { try measurements[index].run(workload, events: events) }
        }
        try workload.close()
        return measurements
    }

    private static func table(_ measurements: [Measurement]) -> String {
        var table = TableFormatter([
            "items", "variant", "µs an event", "events a second", "to parse only", "allocations",
        ])
        for measurement in measurements {
            table.add([
                "\(measurement.itemCount)", measurement.variant.rawValue,
                rounded(measurement.medianNanoseconds / 1_000, 2),
                "\(Int(measurement.eventsPerSecond / 100) * 100)", rounded(ratio(measurement, measurements), 1),
                rounded(measurement.medianAllocations, 1),
            ])
        }
        return table.text()
    }

    /// How often its time is that of parsing only.
    private static func ratio(_ measurement: Measurement, _ all: [Measurement]) -> Double {
        let base = all.first { $0.itemCount == measurement.itemCount && $0.variant == .parse }
        return base.map { measurement.medianNanoseconds / $0.medianNanoseconds } ?? 1
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    private static func json(_ measurements: [Measurement], events: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for measurement in measurements {
            writer.beginObject()
            writer.key("items")
            writer.integer(Int64(measurement.itemCount))
            writer.key("variant")
            writer.string("\(measurement.variant)")
            writer.key("events")
            writer.integer(Int64(events))
            let values = [
                ("nanoseconds", rounded(measurement.medianNanoseconds, 0)),
                ("eventsPerSecond", rounded(measurement.eventsPerSecond, 0)),
                ("ratioToParse", rounded(ratio(measurement, measurements), 2)),
                ("allocations", rounded(measurement.medianAllocations, 2)),
            ]
            for (name, number) in values {
                writer.key(name)
                writer.number(number)
            }
            writer.key("runs")
            writer.beginArray()
            for run in measurement.nanoseconds { writer.number(rounded(run, 0)) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes + [0x0a]
    }
}
