// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A metric whose series come from a callback.
struct CallbackFamily: MetricFamily {
    let description: MetricDescription
    let kind: String
    private let values: @Sendable () -> [(labels: [String], value: Double)]

    init(
        _ description: MetricDescription,
        kind: String,
        values: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        self.description = description
        self.kind = kind
        self.values = values
    }

    func render(into text: inout PrometheusText) {
        for series in values().sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) }) {
            text.sample(description.name, labels: description.labels, values: series.labels, value: series.value)
        }
    }
}
