// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why topics could not be looked at, or a command not be sent.
package struct InspectionError: Error, Hashable, CustomStringConvertible {
    /// What kind of thing went wrong.
    package enum Kind: Sendable, Hashable {
        /// What was asked for is not so.
        case refused
        /// It was asked for in a wrong way.
        case wrongCall
        /// Kafka cannot be reached, or stopped answering.
        case unreachable
    }

    /// What kind of thing went wrong.
    package let kind: Kind
    /// A sentence for the operator.
    package let description: String

    /// Makes an error.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
