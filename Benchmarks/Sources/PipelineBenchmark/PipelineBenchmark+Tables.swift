// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine

/// What the runs are printed as: medians.
extension PipelineBenchmark {
    private static func median<Value: Comparable>(_ values: [Value]) -> Value? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    static let columns = ["batch", "program", "events/s", "to the copy", "µs CPU an event", "peak MB"]

    func throughputTable(_ batches: [Int]) -> String {
        var table = TableFormatter(PipelineBenchmark.columns)
        for batch in batches {
            for row in throughputRows(batch: batch) { table.add(row) }
        }
        return table.text()
    }

    func throughputRows(batch: Int) -> [[String]] {
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

    func sizeTable() -> String {
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

    func restoreTable() -> String {
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

    func latencyTable(_ rates: [Int]) -> String {
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
}
