// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The series of a metric by their label values.
final class SeriesTable<Series: AnyObject & Sendable>: Sendable {
    private let labels: [String]
    private let make: @Sendable () -> Series
    private let table = Mutex<[[String]: Series]>([:])

    init(_ description: MetricDescription, make: @escaping @Sendable () -> Series) {
        labels = description.labels
        self.make = make
        // A metric without labels is there from the start, so that a graph shows 0 and not a gap.
        if labels.isEmpty { _ = series([]) }
    }

    func series(_ values: [String]) -> Series {
        precondition(values.count == labels.count, "A series needs a value for each of the labels \(labels).")
        return table.withLock { table in
            if let existing = table[values] { return existing }
            let new = make()
            table[values] = new
            return new
        }
    }

    func remove(_ values: [String]) {
        table.withLock { table in _ = table.removeValue(forKey: values) }
    }

    var sorted: [(labels: [String], series: Series)] {
        table.withLock { table in table.map { (labels: $0.key, series: $0.value) } }
            .sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }
}
