// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A distribution, per label values.
public final class Histogram: MetricFamily {
    /// Bounds for durations from half a millisecond to a minute.
    public static let seconds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// One series of a histogram: what hot paths keep.
    public final class Series: Sendable {
        private final class Count: Sendable {
            let number = Atomic<Int>(0)
        }

        private let bounds: [Double]
        private let counts: [Count]
        private let total = AtomicDouble()

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = (0...bounds.count).map { _ in Count() }
        }

        /// Counts one value; the ones at a bound belong to the bucket below it.
        public func observe(_ value: Double) {
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count].number.wrappingAdd(1, ordering: .relaxed)
            total.add(value)
        }

        /// Counts one duration, in seconds.
        public func observe(_ duration: Duration) {
            let (seconds, attoseconds) = duration.components
            observe(Double(seconds) + Double(attoseconds) / 1e18)
        }

        /// How many values lie at or below each bound, and in the last place how many there are.
        var cumulative: [Int] {
            var sum = 0
            return counts.map { count in
                sum += count.number.load(ordering: .relaxed)
                return sum
            }
        }

        /// The sum of all values.
        public var sum: Double { total.value }
        /// How many values there are.
        public var count: Int { cumulative.last ?? 0 }
    }

    let description: MetricDescription
    let kind = "histogram"
    private let bounds: [Double]
    private let table: SeriesTable<Series>

    init(_ description: MetricDescription, buckets: [Double]) {
        precondition(
            zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 } && buckets.allSatisfy(\.isFinite),
            "The bounds of a histogram grow and are finite."
        )
        precondition(!description.labels.contains("le"), "The label le belongs to the buckets.")
        self.description = description
        bounds = buckets
        table = SeriesTable(description) { Series(bounds: buckets) }
    }

    /// The series of these label values, which is there from now on.
    public func with(_ values: String...) -> Series { table.series(values) }

    /// Counts one value in the series of these label values.
    public func observe(_ value: Double, _ values: [String] = []) { table.series(values).observe(value) }

    func render(into text: inout PrometheusText) {
        let labels = description.labels + ["le"]
        for (values, series) in table.sorted {
            let cumulative = series.cumulative
            let bounds = bounds + [.infinity]
            for (bound, count) in zip(bounds, cumulative) {
                text.sample(
                    description.name + "_bucket",
                    labels: labels,
                    values: values + [PrometheusText.number(bound)],
                    value: Double(count)
                )
            }
            text.sample(description.name + "_sum", labels: description.labels, values: values, value: series.sum)
            text.sample(
                description.name + "_count",
                labels: description.labels,
                values: values,
                value: Double(cumulative.last ?? 0)
            )
        }
    }
}
