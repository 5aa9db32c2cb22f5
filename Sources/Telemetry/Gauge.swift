// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A number that goes up and down, per label values.
public final class Gauge: MetricFamily {
    /// One series of a gauge: what hot paths keep.
    public final class Series: Sendable {
        private let number = AtomicDouble()

        /// Sets the number.
        public func set(_ value: Double) { number.set(value) }

        /// Adds to the number; a negative amount takes away.
        public func add(_ amount: Double) { number.add(amount) }

        /// The number now.
        public var value: Double { number.value }
    }

    let description: MetricDescription
    let kind = "gauge"
    private let table: SeriesTable<Series>

    init(_ description: MetricDescription) {
        self.description = description
        table = SeriesTable(description) { Series() }
    }

    /// The series of these label values, which is there from now on.
    public func with(_ values: String...) -> Series { table.series(values) }

    /// Sets the series of these label values; looks it up, so hot paths keep the series instead.
    public func set(_ value: Double, _ values: [String] = []) { table.series(values).set(value) }

    /// Adds to the series of these label values.
    public func add(_ amount: Double, _ values: [String] = []) { table.series(values).add(amount) }

    /// Takes a series away, such as that of a partition that was revoked: its last value would stand forever.
    public func remove(_ values: String...) { table.remove(values) }

    func render(into text: inout PrometheusText) {
        for (values, series) in table.sorted {
            text.sample(description.name, labels: description.labels, values: values, value: series.value)
        }
    }
}
