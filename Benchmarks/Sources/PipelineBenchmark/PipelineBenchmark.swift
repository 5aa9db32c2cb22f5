// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import JSON
import Kafka
import KafkaTestSupport

/// The runs and their tables.
struct PipelineBenchmark {
    private let cluster: BenchmarkCluster
    private var sizes = OutputSizes()
    private var throughput: [ThroughputRun] = []
    private var latency: [LatencyRun] = []
    private var restores: [RestoreRun] = []
    private var inputSegmentBytes: [Double] = []

    /// Starts a broker and lets the workers couple the items.
    init(home: String, executables: String, items: Int, partitions: Int32? = nil) throws {
        cluster = try BenchmarkCluster(home: home, executables: executables, items: items, partitions: partitions)
        try cluster.sendNewItems()
        let units = try KillableProcess(
            "\(executables)/unit-worker",
            [],
            environment: Contender.settings("unit-worker", cluster),
            log: URL(filePath: "\(cluster.directory)/unit-worker.log")
        )
        defer {
            units.terminate()
            units.waitUntilExit()
        }
        let worker = Contender(kind: .worker, batchMax: 4_000)
        let products = try worker.start(cluster, sizes: sizes)
        defer {
            products.terminate()
            products.waitUntilExit()
        }
        // Each item leads to a create and its activation.
        _ = try waitUntil(within: .seconds(300), "\(items) items to be coupled") {
            let count = try cluster.ends(of: worker.outbound).values.reduce(0, +)
            return count >= Int64(2 * items) ? () : nil
        }
        let outbound = try cluster.ends(of: worker.outbound)
        let changelog = try cluster.ends(of: worker.changelog)
        try cluster.sendPriceChanges(items)
        _ = try waitUntil(within: .seconds(300), "the first price changes") {
            try cluster.committed(by: worker.group) >= Int64(2 * items) ? () : nil
        }
        sizes = try OutputReader(cluster: cluster).sizes(outbound: outbound, changelog: changelog)
        say(
            "\(items) items are coupled; mean bytes of a record: outbound \(sizes.outbound), coupling \(sizes.changelog)"
        )
    }

    func stop() { cluster.stop() }

    private func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Runs both in turn on the same events, and prints the medians.
    mutating func measureThroughput(batches: [Int], events: Int, runs: Int) throws {
        try warmUp()
        for run in 1...runs {
            for batch in batches { try runThroughput(run, batch: batch, events: events) }
        }
        print(throughputTable(batches))
        print(sizeTable())
    }

    /// Takes the copy to where the worker is, and warms both up.
    private func warmUp() throws {
        let behind = try cluster.committed(by: "product-worker")
        _ = try ThroughputRun(.init(kind: .copy, batchMax: 4_000), cluster, sizes: sizes, events: Int(behind))
    }

    private mutating func runThroughput(_ run: Int, batch: Int, events: Int) throws {
        let before = cluster.segmentBytes(of: BenchmarkCluster.input)
        try cluster.sendPriceChanges(events)
        inputSegmentBytes.append(
            Double(cluster.segmentBytes(of: BenchmarkCluster.input) - before) / Double(events)
        )
        for kind in run % 2 == 0 ? Contender.Kind.allCases.reversed() : Contender.Kind.allCases {
            let contender = Contender(kind: kind, batchMax: batch)
            let result = try ThroughputRun(contender, cluster, sizes: sizes, events: events)
            say(
                "run \(run), \(cluster.partitions) partitions, batch \(batch), \(kind.rawValue): "
                    + "\(Int(result.eventsPerSecond)) events/s"
            )
            throughput.append(result)
        }
    }

    /// Measures the throughput on clusters that differ in their partitions, in turn, and prints the medians.
    static func measurePartitions(_ benchmarks: inout [PipelineBenchmark], events: Int, runs: Int) throws {
        for benchmark in benchmarks { try benchmark.warmUp() }
        for run in 1...runs {
            for index in benchmarks.indices { try benchmarks[index].runThroughput(run, batch: 4_000, events: events) }
        }
        var table = TableFormatter(["partitions"] + columns)
        for benchmark in benchmarks {
            for row in benchmark.throughputRows(batch: 4_000) { table.add(["\(benchmark.cluster.partitions)"] + row) }
        }
        print(table.text())
    }

    /// Runs both in turn under each load, and prints the percentiles.
    mutating func measureLatency(rates: [Int], seconds: Int, runs: Int) throws {
        for run in 1...PipelineBenchmark.fewer(than: runs) {
            for rate in rates {
                for kind in Contender.Kind.allCases {
                    let contender = Contender(kind: kind, batchMax: 4_000)
                    let result = try LatencyRun(contender, cluster, sizes: sizes, rate: rate, seconds: seconds)
                    say("run \(run), \(rate) events/s, \(kind.rawValue): p50 \(result.percentile(0.5)) ms")
                    latency.append(result)
                }
            }
        }
        print(latencyTable(rates))
    }

    /// Restores so many couplings, fewest first, and prints how fast and with what memory.
    mutating func measureRestore(couplings counts: [Int], runs: Int) throws {
        var filled = 0
        for count in counts.sorted() where count > filled {
            try RestoreRun.fillChangelog(cluster, items: filled..<count)
            filled = count
            for run in 1...PipelineBenchmark.fewer(than: runs) {
                let result = try RestoreRun(cluster, couplings: count)
                say("run \(run), restore: \(Int(result.workerRate)) records/s, loader \(Int(result.loaderRate))")
                restores.append(result)
            }
        }
        if filled > 0 { print(restoreTable()) }
    }

    /// How often the long measurements run: half as often, an odd number, so that their median is a run's own.
    private static func fewer(than runs: Int) -> Int { runs / 2 | 1 }

    private static func median<Value: Comparable>(_ values: [Value]) -> Value? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    private static let columns = ["batch", "program", "events/s", "to the copy", "µs CPU an event", "peak MB"]

    private func throughputTable(_ batches: [Int]) -> String {
        var table = TableFormatter(PipelineBenchmark.columns)
        for batch in batches {
            for row in throughputRows(batch: batch) { table.add(row) }
        }
        return table.text()
    }

    private func throughputRows(batch: Int) -> [[String]] {
        let runs = { (kind: Contender.Kind) in
            throughput.filter { $0.contender.batchMax == batch && $0.contender.kind == kind }
        }
        let base = PipelineBenchmark.median(runs(.copy).map(\.eventsPerSecond)) ?? 1
        return Contender.Kind.allCases.map { kind in
            let own = runs(kind)
            let rate = PipelineBenchmark.median(own.map(\.eventsPerSecond)) ?? 0
            let cpu = PipelineBenchmark.median(own.map(\.processorMicroseconds)) ?? 0
            let peak = PipelineBenchmark.median(own.map(\.peakResidentBytes)) ?? 0
            return [
                "\(batch)", "\(kind.rawValue)", "\(Int(rate / 100) * 100)",
                "\(Int((rate / base * 100).rounded())) %", "\((cpu * 10).rounded() / 10)", "\(peak >> 20)",
            ]
        }
    }

    private func sizeTable() -> String {
        let runs = throughput.filter { $0.contender.kind == .worker }.map(\.segmentBytes)
        var table = TableFormatter(["segment bytes for an event", "bytes"])
        for (name, values) in [
            ("events", inputSegmentBytes), ("outbound changes", runs.map(\.outbound)),
            ("coupling records", runs.map(\.changelog)), ("Kafka's own topics", runs.map(\.own)),
        ] {
            table.add(["\(name)", "\(Int(PipelineBenchmark.median(values) ?? 0))"])
        }
        return table.text()
    }

    private func restoreTable() -> String {
        var table = TableFormatter([
            "couplings", "restored/s", "loader/s", "to the loader", "anonymous MB", "restart s", "anonymous MB then",
        ])
        for count in Set(restores.map(\.couplings)).sorted() {
            let runs = restores.filter { $0.couplings == count }
            let ratio = PipelineBenchmark.median(runs.map { $0.workerRate / $0.loaderRate }) ?? 0
            table.add([
                "\(count)", "\(Int(PipelineBenchmark.median(runs.map(\.workerRate)) ?? 0))",
                "\(Int(PipelineBenchmark.median(runs.map(\.loaderRate)) ?? 0))", "\(Int((ratio * 100).rounded())) %",
                "\((PipelineBenchmark.median(runs.map(\.anonymousBytes)) ?? 0) >> 20)",
                "\(PipelineBenchmark.median(runs.map(\.restartSeconds)) ?? 0)",
                "\((PipelineBenchmark.median(runs.map(\.restartAnonymousBytes)) ?? 0) >> 20)",
            ])
        }
        return table.text()
    }

    private func latencyTable(_ rates: [Int]) -> String {
        var table = TableFormatter(["events/s", "program", "p50 ms", "p99 ms", "p99.9 ms"])
        for rate in rates {
            for kind in Contender.Kind.allCases {
                let own = latency.filter { $0.rate == rate && $0.contender.kind == kind }
                let cells = [0.5, 0.99, 0.999].map { share in
                    "\(PipelineBenchmark.median(own.map { $0.percentile(share) }) ?? 0)"
                }
                table.add(["\(rate)", kind.rawValue] + cells)
            }
        }
        return table.text()
    }

    /// All runs.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        write("throughput", throughput, to: &writer) { run in
            [
                ("partitions", Int64(cluster.partitions)), ("batch", Int64(run.contender.batchMax)),
                ("eventsPerSecond", Int64(run.eventsPerSecond)),
                ("processorNanoseconds", Int64(run.processorMicroseconds * 1_000)),
                ("peakResidentBytes", Int64(run.peakResidentBytes)),
                ("outboundSegmentBytes", Int64(run.segmentBytes.outbound)),
                ("changelogSegmentBytes", Int64(run.segmentBytes.changelog)),
                ("ownSegmentBytes", Int64(run.segmentBytes.own)),
            ]
        } program: {
            $0.contender.kind
        }
        write("latency", latency, to: &writer) { run in
            [
                ("rate", Int64(run.rate)), ("p50Ms", run.percentile(0.5)), ("p99Ms", run.percentile(0.99)),
                ("p999Ms", run.percentile(0.999)),
            ]
        } program: {
            $0.contender.kind
        }
        write("restore", restores, to: &writer) { run in
            [
                ("couplings", Int64(run.couplings)), ("recordsPerSecond", Int64(run.workerRate)),
                ("loaderRecordsPerSecond", Int64(run.loaderRate)), ("anonymousBytes", Int64(run.anonymousBytes)),
                ("restartMs", Int64(run.restartSeconds * 1_000)),
                ("restartAnonymousBytes", Int64(run.restartAnonymousBytes)),
                ("changelogSegmentBytes", Int64(run.segmentBytes)),
            ]
        } program: { _ in
            nil
        }
        writer.endObject()
        return writer.bytes + [0x0a]
    }

    private func write<Run>(
        _ name: String,
        _ runs: [Run],
        to writer: inout JSONWriter,
        figures: (Run) -> [(String, Int64)],
        program: (Run) -> Contender.Kind?
    ) {
        writer.key(name)
        writer.beginArray()
        for run in runs {
            writer.beginObject()
            if let kind = program(run) {
                writer.key("program")
                writer.string(kind.rawValue)
            }
            for (name, value) in figures(run) {
                writer.key(name)
                writer.integer(value)
            }
            writer.endObject()
        }
        writer.endArray()
    }
}
