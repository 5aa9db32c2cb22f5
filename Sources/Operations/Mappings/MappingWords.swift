// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

extension Direction {
    /// The direction for readers.
    var words: String {
        switch self {
        case .bidirectional: "both"
        case .toDataverse: "to Dataverse"
        case .fromDataverse: "from Dataverse"
        }
    }

    /// The direction between a property at the left and a column at the right.
    var arrow: String {
        switch self {
        case .bidirectional: "<->"
        case .toDataverse: "->"
        case .fromDataverse: "<-"
        }
    }
}

extension FilterCondition {
    /// The condition for readers.
    var words: String {
        switch test {
        case .oneOf(let values): "\(property) is \(Self.words(values))"
        case .noneOf(let values): "\(property) is not \(Self.words(values))"
        }
    }

    private static func words(_ values: [String]) -> String {
        values.map { $0.isEmpty ? "blank" : $0 }.joined(separator: " or ")
    }
}
