// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One metric with all its series.
protocol MetricFamily: Sendable {
    var description: MetricDescription { get }
    var kind: String { get }
    func render(into text: inout PrometheusText)
}
