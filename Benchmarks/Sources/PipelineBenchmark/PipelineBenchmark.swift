// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Kafka
import KafkaTestSupport

/// The runs and their tables.
struct PipelineBenchmark {
    let cluster: BenchmarkCluster
    private var sizes = OutputSizes()
    private(set) var throughput: [ThroughputRun] = []
    private(set) var latency: [LatencyRun] = []
    private(set) var restores: [RestoreRun] = []
    private(set) var inputSegmentBytes: [Double] = []

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

    /// Runs the worker with what happens at its endpoint in turn, and prints the medians.
    ///
    /// - Returns: all runs as JSON.
    func measureFloods(
        _ kinds: [FloodRun.Kind],
        events: Int,
        runs: Int,
        flood: FloodRun.Flood,
        profile: String?
    ) throws -> [UInt8] {
        let coordinator = try BenchmarkCoordinator(cluster)
        defer { coordinator.stop() }
        var all: [FloodRun] = []
        // The first warms up and does not count.
        for run in 0...runs {
            // Each begins as often as the others, so that none is always the first.
            for kind in run == 0 ? [.watched] : kinds[(run % kinds.count)...] + kinds[..<(run % kinds.count)] {
                try cluster.sendPriceChanges(events)
                let result = try FloodRun(
                    kind,
                    cluster,
                    coordinator: coordinator,
                    sizes: sizes,
                    events: events,
                    flood: flood,
                    profile: run == runs ? profile : nil
                )
                say("run \(run), \(kind.rawValue): \(Int(result.throughput.eventsPerSecond)) events/s")
                if run > 0 { all.append(result) }
            }
        }
        let comparison = FloodComparison(runs: all)
        for text in comparison.texts { print(text) }
        return comparison.json()
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
}
