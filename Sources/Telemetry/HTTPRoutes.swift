// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Which handler answers which request; decisions only.
struct HTTPRoutes: Sendable {
    typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    enum Match {
        case handler(Handler, remainder: String)
        case otherMethods([String])
        case none
    }

    private struct Route {
        let method: String
        let path: String
        let isPrefix: Bool
        let handler: Handler
    }

    private var routes: [Route] = []

    /// Adds a route; the first that fits answers, exact paths before prefixes.
    mutating func add(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
        let isPrefix = pattern.hasSuffix("*")
        let path = isPrefix ? String(pattern.dropLast()) : pattern
        routes.append(Route(method: method, path: path, isPrefix: isPrefix, handler: handler))
    }

    /// Finds the route of a request; HEAD is answered by the handler of GET.
    func match(_ method: String, _ path: String) -> Match {
        let method = method == "HEAD" ? "GET" : method
        let exact = routes.filter { !$0.isPrefix && $0.path == path }
        let fitting = exact.isEmpty ? longestPrefixes(of: path) : exact
        if let route = fitting.first(where: { $0.method == method }) {
            return .handler(route.handler, remainder: String(path.dropFirst(route.path.count)))
        }
        var methods = Set(fitting.map(\.method))
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.isEmpty ? .none : .otherMethods(methods.sorted())
    }

    private func longestPrefixes(of path: String) -> [Route] {
        let fitting = routes.filter { $0.isPrefix && path.hasPrefix($0.path) }
        let longest = fitting.map(\.path.count).max()
        return fitting.filter { $0.path.count == longest }
    }
}
