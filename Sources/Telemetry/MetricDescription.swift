// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Name, help and labels of a metric.
struct MetricDescription: Sendable {
    let name: String
    let help: String
    let labels: [String]

    init(name: String, help: String, labels: [String]) {
        precondition(Self.isName(name, allowsColon: true), "The metric name '\(name)' is not one Prometheus takes.")
        for label in labels {
            precondition(Self.isName(label, allowsColon: false), "The label '\(label)' is not one Prometheus takes.")
        }
        self.name = name
        self.help = help
        self.labels = labels
    }

    private static func isName(_ text: String, allowsColon: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowsColon
            default: false
            }
        }
    }
}
