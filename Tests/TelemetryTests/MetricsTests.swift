// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@Suite struct MetricsTests {
    private func text(_ metrics: Metrics) -> String {
        String(decoding: metrics.render(), as: UTF8.self)
    }

    @Test func writesCountersAndGaugesSorted() {
        let metrics = Metrics()
        let records = metrics.counter("sync_records_total", help: "Records finished.", labels: ["mapping", "result"])
        records.with("UNIT GROUP", "created").add(2)
        records.add(3, ["ITEM-PRODUCT", "created"])
        records.with("UNIT GROUP", "created").add()
        metrics.gauge("sync_gate_open", help: "1 when open.", labels: ["worker"]).set(1, ["price-worker"])
        metrics.counter("sync_forwarded_total", help: "Events forwarded.").add(0)
        #expect(
            text(metrics) == """
                # HELP sync_forwarded_total Events forwarded.
                # TYPE sync_forwarded_total counter
                sync_forwarded_total 0
                # HELP sync_gate_open 1 when open.
                # TYPE sync_gate_open gauge
                sync_gate_open{worker="price-worker"} 1
                # HELP sync_records_total Records finished.
                # TYPE sync_records_total counter
                sync_records_total{mapping="ITEM-PRODUCT",result="created"} 3
                sync_records_total{mapping="UNIT GROUP",result="created"} 3

                """
        )
    }

    @Test func aMetricWithoutLabelsIsThereFromTheStart() {
        let metrics = Metrics()
        _ = metrics.counter("a_total", help: "h")
        #expect(text(metrics).hasSuffix("a_total 0\n"))
    }

    @Test func escapesHelpAndLabelValues() {
        let metrics = Metrics()
        metrics.gauge("g", help: "a \"b\" \\ c\nd", labels: ["l"]).set(0.25, ["a\"b\\c\nd"])
        #expect(
            text(metrics) == #"""
                # HELP g a "b" \\ c\nd
                # TYPE g gauge
                g{l="a\"b\\c\nd"} 0.25

                """#
        )
    }

    @Test(
        arguments: [
            (1, "1"), (0.1, "0.1"), (-0.0, "0"), (1e-7, "1e-07"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"),
            (1e300, "1e+300"), (1_767_225_600, "1767225600"),
        ] as [(Double, String)]
    )
    func writesNumbers(value: Double, expected: String) {
        let metrics = Metrics()
        metrics.gauge("g", help: "h").set(value)
        #expect(text(metrics).hasSuffix("g \(expected)\n"))
    }

    @Test func histogramsAreCumulative() {
        let metrics = Metrics()
        let histogram = metrics.histogram("h_seconds", help: "h", labels: ["t"], buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 2] { histogram.with("crm").observe(value) }
        histogram.with("crm").observe(.milliseconds(250))
        #expect(
            text(metrics) == """
                # HELP h_seconds h
                # TYPE h_seconds histogram
                h_seconds_bucket{t="crm",le="0.1"} 2
                h_seconds_bucket{t="crm",le="1"} 4
                h_seconds_bucket{t="crm",le="+Inf"} 5
                h_seconds_sum{t="crm"} 2.9
                h_seconds_count{t="crm"} 5

                """
        )
    }

    @Test func callbacksAreAskedAtRender() {
        let metrics = Metrics()
        let source = metrics.gauge("source", help: "h")
        metrics.gauge("lag", help: "h", labels: ["partition"]) {
            [(labels: ["1"], value: source.with().value), (labels: ["0"], value: 7), (labels: [], value: 9)]
        }
        source.set(4)
        #expect(text(metrics).contains("lag{partition=\"0\"} 7\nlag{partition=\"1\"} 4\n"))
        #expect(!text(metrics).contains("9"))
        source.set(5)
        #expect(text(metrics).contains("lag{partition=\"1\"} 5\n"))
    }

    @Test func removedSeriesAreGone() {
        let metrics = Metrics()
        let gauge = metrics.gauge("g", help: "h", labels: ["p"])
        gauge.set(1, ["0"])
        gauge.set(2, ["1"])
        gauge.remove("0")
        #expect(!text(metrics).contains("p=\"0\"") && text(metrics).contains("p=\"1\""))
    }

    @Test func theSameNameIsTheSameMetric() {
        let metrics = Metrics()
        metrics.counter("a_total", help: "h", labels: ["l"]).with("x").add(1)
        metrics.counter("a_total", help: "h", labels: ["l"]).with("x").add(1)
        #expect(text(metrics).hasSuffix("a_total{l=\"x\"} 2\n"))
    }

    @Test func tellsAboutTheProcess() throws {
        let metrics = Metrics()
        metrics.addProcessMetrics()
        let values = text(metrics).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
        let byName = Dictionary(uniqueKeysWithValues: values.map { ($0[0], Double($0[1]) ?? -1) })
        #expect(try #require(byName["process_cpu_seconds_total"]) > 0)
        #expect(try #require(byName["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(byName["process_start_time_seconds"]) > 1_700_000_000)
    }

    @Test func nothingIsLostBetweenThreads() {
        let metrics = Metrics()
        let counter = metrics.counter("a_total", help: "h", labels: ["l"])
        let histogram = metrics.histogram("h", help: "h", buckets: [1])
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            let series = counter.with("\(index % 2)")
            for _ in 0..<1_000 {
                series.add()
                histogram.observe(0.5)
            }
        }
        #expect(counter.with("0").value + counter.with("1").value == 8_000)
        #expect(histogram.with().sum == 4_000 && histogram.with().count == 8_000)
    }
}
