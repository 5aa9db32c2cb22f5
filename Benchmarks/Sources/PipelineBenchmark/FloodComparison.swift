// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import JSON

/// Runs of all kinds, side by side.
struct FloodComparison {
    let runs: [FloodRun]

    private var kinds: [FloodRun.Kind] { FloodRun.Kind.allCases.filter { !runs($0).isEmpty } }

    private func runs(_ kind: FloodRun.Kind) -> [FloodRun] { runs.filter { $0.kind == kind } }

    private static func middle(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func rounded(_ value: Double, _ digits: Int = 1) -> String {
        var unit = 1.0
        for _ in 0..<digits { unit *= 10 }
        return "\((value * unit).rounded() / unit)"
    }

    /// Throughput and processor time, then who cost what, then how long answers took.
    var texts: [String] { [throughputTable, endpointTable, latencyTable, verdict + "\n"] }

    private var throughputTable: String {
        var table = TableFormatter([
            "endpoints", "runs", "events/s", "least", "most", "to watched", "µs CPU an event", "of it HTTP",
            "anonymous MB",
        ])
        let base = FloodComparison.middle(runs(.watched).map(\.throughput.eventsPerSecond))
        for kind in kinds {
            let own = runs(kind)
            let rates = own.map(\.throughput.eventsPerSecond)
            let rate = FloodComparison.middle(rates)
            table.add([
                kind.rawValue, "\(own.count)", "\(Int(rate))", "\(Int(rates.min() ?? 0))", "\(Int(rates.max() ?? 0))",
                FloodComparison.rounded(rate / base, 3),
                FloodComparison.rounded(FloodComparison.middle(own.map(\.throughput.processorMicroseconds)), 2),
                FloodComparison.rounded(FloodComparison.middle(own.map(\.endpointMicroseconds)), 3),
                "\((own.map(\.seen.workerBytes).max() ?? 0) >> 20)",
            ])
        }
        return table.text()
    }

    private var endpointTable: String {
        var table = TableFormatter([
            "endpoints", "coordinator's HTTP CPU s", "coordinator's anonymous MB", "sender's CPU s", "sending took s",
            "left", "malformed", "refused", "closed", "no answer",
        ])
        for kind in kinds {
            let own = runs(kind)
            let told = { (name: String) in
                FloodComparison.rounded(FloodComparison.middle(own.compactMap { $0.flood[name] }), 2)
            }
            table.add([
                kind.rawValue,
                FloodComparison.rounded(FloodComparison.middle(own.map(\.coordinatorEndpointSeconds)), 3),
                "\((own.map(\.seen.coordinatorBytes).max() ?? 0) >> 20)", told("processor"), told("seconds"),
                told("left"),
                told("malformed"), told("refused"), told("closed"), told("unanswered"),
            ])
        }
        return table.text()
    }

    private var latencyTable: String {
        var table = TableFormatter(["asked", "endpoints", "answers", "median ms", "p95 ms", "most ms", "failed"])
        for question in EndpointWatch.questions {
            for kind in kinds {
                let times = runs(kind).flatMap { $0.seen.latencies[question] ?? [] }.sorted()
                guard let most = times.last else { continue }
                let failed = runs(kind).reduce(0) { $0 + ($1.seen.failures[question] ?? 0) }
                table.add([
                    question, kind.rawValue, "\(times.count)",
                    FloodComparison.rounded(FloodComparison.middle(times)),
                    FloodComparison.rounded(times[min(times.count - 1, times.count * 95 / 100)]),
                    FloodComparison.rounded(most), "\(failed)",
                ])
            }
        }
        return table.text()
    }

    /// Whether the middles of the other kinds lie among the watched runs.
    private var verdict: String {
        let calm = runs(.watched).map(\.throughput.eventsPerSecond)
        guard let least = calm.min(), let most = calm.max() else { return "no run was watched" }
        let base = FloodComparison.middle(calm)
        let percent = { (rate: Double) in FloodComparison.rounded((rate / base - 1) * 100) }
        let others = kinds.filter { $0 != .watched }.map { kind in
            let rate = FloodComparison.middle(runs(kind).map(\.throughput.eventsPerSecond))
            return
                "\(kind.rawValue) \(percent(rate)) % (\(rate < least ? "below" : rate > most ? "above" : "among") them)"
        }
        return "watched runs lie \(percent(least)) to \(percent(most)) % about their middle; "
            + others.joined(separator: ", ")
    }

    /// All runs, in the order in which they ran.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("runs")
        writer.beginArray()
        for run in runs { FloodComparison.write(run, to: &writer) }
        writer.endArray()
        writer.key("verdict")
        writer.string(verdict)
        writer.endObject()
        return writer.bytes + [0x0a]
    }

    private static func write(_ run: FloodRun, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("endpoints")
        writer.string(run.kind.rawValue)
        for (name, value) in [
            ("eventsPerSecond", run.throughput.eventsPerSecond),
            ("processorNanoseconds", run.throughput.processorMicroseconds * 1_000),
            ("endpointNanoseconds", run.endpointMicroseconds * 1_000),
            ("coordinatorEndpointMs", run.coordinatorEndpointSeconds * 1_000),
            ("workerAnonymousBytes", Double(run.seen.workerBytes)),
            ("coordinatorAnonymousBytes", Double(run.seen.coordinatorBytes)),
            ("peakResidentBytes", Double(run.throughput.peakResidentBytes)),
        ] {
            writer.key(name)
            writer.integer(Int64(value))
        }
        writer.key("answerMicroseconds")
        writer.beginObject()
        for question in EndpointWatch.questions {
            writer.key(question)
            writer.beginArray()
            for time in run.seen.latencies[question] ?? [] { writer.integer(Int64(time * 1_000)) }
            writer.endArray()
        }
        writer.endObject()
        writer.key("unanswered")
        writer.integer(Int64(run.seen.failures.values.reduce(0, +)))
        writer.key("flood")
        writer.beginObject()
        for (name, value) in run.flood.sorted(by: { $0.key < $1.key }) {
            let isTime = ["seconds", "processor"].contains(name)
            writer.key(isTime ? "\(name)Ms" : name)
            writer.integer(Int64(isTime ? value * 1_000 : value))
        }
        writer.endObject()
        writer.endObject()
    }
}
