// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that only grows, per label values.
public final class Counter: MetricFamily {
    /// One series of a counter: what hot paths keep.
    public final class Series: Sendable {
        private let count = Atomic<Int>(0)

        /// Adds to the series with one atomic addition.
        ///
        /// - Parameter amount: at least 0; a counter that shrinks is read as a restart.
        public func add(_ amount: Int = 1) {
            precondition(amount >= 0, "A counter only grows.")
            count.wrappingAdd(amount, ordering: .relaxed)
        }

        /// The sum so far.
        public var value: Int { count.load(ordering: .relaxed) }
    }

    let description: MetricDescription
    let kind = "counter"
    private let table: SeriesTable<Series>

    init(_ description: MetricDescription) {
        self.description = description
        table = SeriesTable(description) { Series() }
    }

    /// The series of these label values, which is there from now on.
    public func with(_ values: String...) -> Series { table.series(values) }

    /// Adds to the series of these label values; looks it up, so hot paths keep the series instead.
    public func add(_ amount: Int = 1, _ values: [String] = []) { table.series(values).add(amount) }

    func render(into text: inout PrometheusText) {
        for (values, series) in table.sorted {
            text.sample(description.name, labels: description.labels, values: values, value: Double(series.value))
        }
    }
}
