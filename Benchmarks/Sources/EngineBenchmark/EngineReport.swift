// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import JSON

/// The results, as tables and as JSON.
struct EngineReport {
    var events: Int
    var measurements: [Measurement] = []
    /// Bytes of the local state, by coupled items.
    var stateBytes: [Int: Int] = [:]
    var eventBytes = 0
    var releasedRecords = 0
    var releases: [ReleaseRun] = []

    /// The tables.
    func text() -> String {
        [costs(), sizes(), releaseTable()].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func costs() -> String {
        var table = TableFormatter([
            "items", "variant", "µs an event", "events a second", "to parse only", "to fewest items", "allocations",
        ])
        for measurement in measurements {
            table.add([
                "\(measurement.itemCount)", "\(measurement.variant.rawValue)",
                "\(EngineReport.rounded(measurement.medianNanoseconds / 1_000, 2))",
                "\(Int(measurement.eventsPerSecond / 100) * 100)",
                "\(EngineReport.rounded(ratioToParse(measurement), 1))",
                "\(EngineReport.rounded(ratioToFewest(measurement), 2))",
                "\(EngineReport.rounded(measurement.medianAllocations, 1))",
            ])
        }
        return table.text()
    }

    private func sizes() -> String {
        guard let full = measurements.last(where: { $0.variant == .full }) else { return "" }
        var table = TableFormatter(["bytes of", "each"])
        table.add(["an event", "\(eventBytes)"])
        table.add(["its outbound change, with headers", "\(Int(full.bytes.outbound))"])
        table.add(["its coupling record, with key", "\(Int(full.bytes.coupling))"])
        if let stored = storedBytesPerItem { table.add(["an item in the local state", "\(stored)"]) }
        return table.text()
    }

    private func releaseTable() -> String {
        guard !releases.isEmpty else { return "" }
        let arrival = Measurement.median(releases.map(\.arrival))
        var table = TableFormatter(["\(releasedRecords) new items", "µs a record", "records a second", "to arrival"])
        for (name, value) in [
            ("arrive, everything there", arrival), ("arrive and wait", Measurement.median(releases.map(\.waiting))),
            ("released at once", Measurement.median(releases.map(\.release))),
        ] {
            table.add([
                "\(name)", "\(EngineReport.rounded(value / 1_000, 2))", "\(Int(10_000_000 / value) * 100)",
                "\(EngineReport.rounded(value / arrival, 2))",
            ])
        }
        return table.text()
    }

    /// How often its time is that of parsing only.
    private func ratioToParse(_ measurement: Measurement) -> Double {
        ratio(measurement) { $0.itemCount == measurement.itemCount && $0.variant == .parse }
    }

    /// How often its time is that of the same with the fewest coupled items.
    private func ratioToFewest(_ measurement: Measurement) -> Double {
        ratio(measurement) { $0.variant == measurement.variant }
    }

    private func ratio(_ measurement: Measurement, to isBase: (Measurement) -> Bool) -> Double {
        measurements.first(where: isBase).map { measurement.medianNanoseconds / $0.medianNanoseconds } ?? 1
    }

    /// What an item adds to the local state, beyond the room that is there for the next transaction.
    private var storedBytesPerItem: Int? {
        guard let least = stateBytes.min(by: { $0.key < $1.key }), let most = stateBytes.max(by: { $0.key < $1.key }),
            most.key > least.key
        else { return nil }
        return (most.value - least.value) / (most.key - least.key)
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    /// All results, with each run.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("variants")
        writer.beginArray()
        for measurement in measurements { write(measurement, to: &writer) }
        writer.endArray()
        writer.key("release")
        writer.beginArray()
        for run in releases {
            write(
                [
                    ("records", Double(releasedRecords)), ("arrivalNanoseconds", run.arrival),
                    ("waitingNanoseconds", run.waiting), ("releaseNanoseconds", run.release),
                ],
                to: &writer
            )
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [0x0a]
    }

    private func write(_ measurement: Measurement, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("variant")
        writer.string("\(measurement.variant)")
        let values = [
            ("items", "\(measurement.itemCount)"), ("events", "\(events)"),
            ("nanoseconds", EngineReport.rounded(measurement.medianNanoseconds, 0)),
            ("eventsPerSecond", EngineReport.rounded(measurement.eventsPerSecond, 0)),
            ("ratioToParse", EngineReport.rounded(ratioToParse(measurement), 2)),
            ("ratioToFewestItems", EngineReport.rounded(ratioToFewest(measurement), 2)),
            ("allocations", EngineReport.rounded(measurement.medianAllocations, 2)), ("eventBytes", "\(eventBytes)"),
            ("outboundBytes", EngineReport.rounded(measurement.bytes.outbound, 1)),
            ("couplingBytes", EngineReport.rounded(measurement.bytes.coupling, 1)),
            ("stateBytes", "\(stateBytes[measurement.itemCount] ?? 0)"),
        ]
        for (name, number) in values {
            writer.key(name)
            writer.number(number)
        }
        writer.key("runs")
        writer.beginArray()
        for run in measurement.nanoseconds { writer.number(EngineReport.rounded(run, 0)) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ values: [(String, Double)], to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in values {
            writer.key(name)
            writer.number(EngineReport.rounded(value, 0))
        }
        writer.endObject()
    }
}
