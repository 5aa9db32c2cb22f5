// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A request that has arrived whole.
public struct HTTPRequest: Sendable {
    /// The method in capitals; a HEAD arrives as GET.
    public let method: String
    /// The decoded path, without the query.
    public let path: String
    /// What the `*` at the end of the route stands for; empty for a route without one.
    public let remainder: String
    /// The decoded query in its order; a name without a value has an empty one.
    public let query: [(name: String, value: String)]
    /// The headers in their order.
    public let headers: [(name: String, value: String)]
    /// The body; empty when there is none.
    public let body: [UInt8]

    /// Makes a request, for tests of handlers.
    public init(
        method: String = "GET",
        path: String,
        remainder: String = "",
        query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.remainder = remainder
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first value of a query parameter; nil when it is not there.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The first value of a header, whatever the case of its name; nil when it is not there.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
