// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Why the HTTP endpoints cannot be served.
public struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address that was asked for.
    public let address: String
    /// What is wrong with it.
    public let reason: String

    /// The error as one line.
    public var description: String { "cannot listen at \(address): \(reason)" }
}
