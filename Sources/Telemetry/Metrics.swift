// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of a process, and their text for Prometheus.
///
/// Asking again for a metric of the same name, kind and labels gives the same one, so parts need not share handles.
///
/// ```swift
/// let records = metrics.counter("sync_records_total", help: "Records finished.", labels: ["mapping", "result"])
/// let created = records.with("ITEM-PRODUCT", "created")  // once
/// created.add()                                          // per record: one atomic addition
/// ```
public final class Metrics: Sendable {
    private let families = Mutex<[String: any MetricFamily]>([:])

    /// Makes an empty set of metrics.
    public init() {}

    /// A number that only grows.
    ///
    /// - Parameters:
    ///   - name: as Prometheus wants it: `[a-zA-Z_:][a-zA-Z0-9_:]*`, ending in `_total`.
    ///   - help: one sentence for whoever looks at the graph.
    ///   - labels: the names of the labels; their values come with each series.
    /// - Returns: the counter of that name.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        register(Counter(MetricDescription(name: name, help: help, labels: labels)))
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        register(Gauge(MetricDescription(name: name, help: help, labels: labels)))
    }

    /// A distribution.
    ///
    /// - Parameters:
    ///   - name: the name; a unit at its end (`_seconds`).
    ///   - help: one sentence for whoever looks at the graph.
    ///   - labels: the names of the labels.
    ///   - buckets: the upper bounds, growing; the bucket without a bound is added.
    /// - Returns: the histogram of that name.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        buckets: [Double] = Histogram.seconds
    ) -> Histogram {
        register(Histogram(MetricDescription(name: name, help: help, labels: labels), buckets: buckets))
    }

    /// A gauge whose series are made when the metrics are read.
    ///
    /// A second callback under the same name replaces the first.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - help: one sentence for whoever looks at the graph.
    ///   - labels: the names of the labels.
    ///   - values: the series at this moment, each with as many label values as there are labels. Called on the
    ///     thread that answers HTTP, so it must not wait for anything.
    public func gauge(
        _ name: String,
        help: String,
        labels: [String] = [],
        values: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        replace(
            CallbackFamily(MetricDescription(name: name, help: help, labels: labels), kind: "gauge", values: values)
        )
    }

    /// A counter whose series are made when the metrics are read, for numbers that another library counts.
    ///
    /// The parameters are those of the gauge.
    public func counter(
        _ name: String,
        help: String,
        labels: [String] = [],
        values: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        let description = MetricDescription(name: name, help: help, labels: labels)
        replace(CallbackFamily(description, kind: "counter", values: values))
    }

    /// All metrics in the Prometheus text format 0.0.4, families and series sorted by name.
    public func render() -> [UInt8] {
        let families = families.withLock { $0 }
        var text = PrometheusText()
        for (_, family) in families.sorted(by: { $0.key < $1.key }) {
            text.begin(family.description, kind: family.kind)
            family.render(into: &text)
        }
        return text.bytes
    }

    private func register<Family: MetricFamily>(_ new: Family) -> Family {
        families.withLock { families in
            guard let existing = families[new.description.name] else {
                families[new.description.name] = new
                return new
            }
            guard let same = existing as? Family, same.description.labels == new.description.labels else {
                preconditionFailure("The metric \(new.description.name) exists with another kind or other labels.")
            }
            return same
        }
    }

    private func replace(_ family: CallbackFamily) {
        families.withLock { families in
            let existing = families.updateValue(family, forKey: family.description.name)
            precondition(
                existing == nil || existing is CallbackFamily,
                "The metric \(family.description.name) exists with another kind."
            )
        }
    }
}
