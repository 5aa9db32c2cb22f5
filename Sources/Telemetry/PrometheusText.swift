// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Writes the Prometheus text format 0.0.4.
struct PrometheusText {
    /// The media type of the format.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []

    /// Writes the two lines before the samples of a metric.
    mutating func begin(_ description: MetricDescription, kind: String) {
        append("# HELP \(description.name) ")
        escape(description.help, quotes: false)
        append("\n# TYPE \(description.name) \(kind)\n")
    }

    /// Writes one sample; one with too few or too many label values is left out, since it would spoil the page.
    mutating func sample(_ name: String, labels: [String], values: [String], value: Double) {
        guard labels.count == values.count else { return }
        append(name)
        for (index, label) in labels.enumerated() {
            append(index == 0 ? "{" : ",")
            append(label)
            append("=\"")
            escape(values[index], quotes: true)
            append("\"")
        }
        append(labels.isEmpty ? " " : "} ")
        append(Self.number(value))
        append("\n")
    }

    /// A number as Prometheus reads it: whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func escape(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotes: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }
}
