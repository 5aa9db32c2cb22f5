// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why a coordinator does not start.
public enum CoordinatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A topic that it cannot do without is missing.
    case topicMissing(String)
    /// The topic whose assignment says who is active has more than one partition.
    case partitionCount(topic: String, found: Int32)
    /// The mappings refer to each other in a circle.
    case circle([String])

    /// One line that says what is wrong and what mends it.
    public var description: String {
        switch self {
        case .topicMissing(let topic):
            "topic \(topic) is missing; `syncctl topics apply` creates it"
        case .partitionCount(let topic, let found):
            "topic \(topic) has \(found) partitions and must have 1; delete it and run `syncctl topics apply`"
        case .circle(let mappings):
            "table mappings refer to each other in a circle: \(mappings.joined(separator: " -> "))"
        }
    }
}
