// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd
import Synchronization

/// Serves health, metrics and what else a process shows over HTTP.
///
/// Small fixed limits keep a stray client from harming the process: connections in all and per address, time without
/// a byte, size of headers and body. Handlers run on one of two threads and must not wait for anything.
///
/// ```swift
/// let server = HTTPServer(address: "127.0.0.1:0", log: log)
/// server.addStandardRoutes(health: health, metrics: metrics)
/// print("listening on \(try server.start())")
/// ```
public final class HTTPServer: Sendable {
    /// What a client may use.
    enum Limit {
        static let threads: UInt32 = 2
        /// In all; ``ConnectionShares`` says how many of them one address may have, at most a third.
        static let connections: UInt32 = 192
        /// Room for the request line and headers of one connection.
        static let headerBytes = 16 << 10
        /// As long as more than eight times as much is free, the room for what comes grows by an eighth of that; then bit by
        /// bit, so that most of the time for headers that are too long went there.
        static let headerStep = 128
        static let bodyBytes = 1 << 20
    }

    private struct State {
        var daemon: Daemon?
    }

    private let address: String
    private let log: Log
    private let idleLimit: Duration
    private let dispatcher = HTTPDispatcher(bodyLimit: Limit.bodyBytes)
    private let state = Mutex(State())

    /// Makes a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - address: `host:port`, `[IPv6]:port`; port 0 takes a free one.
    ///   - log: where starts and stops are told.
    ///   - idleLimit: how long a connection may send nothing, in whole seconds; one that ends in the middle of a
    ///     request is noticed only then.
    public init(address: String, log: Log, idleLimit: Duration = .seconds(15)) {
        self.idleLimit = idleLimit
        self.address = address
        self.log = log
    }

    deinit { stop() }

    /// Adds a route, before or after the start.
    ///
    /// - Parameters:
    ///   - method: in capitals; a route for GET answers HEAD too.
    ///   - path: the decoded path; with `*` at its end everything that begins with the part before it.
    ///   - handler: makes the answer; must not wait for anything.
    public func route(
        _ method: String,
        _ path: String,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        dispatcher.add(method, path, handler)
    }

    /// Asks a rule before each request that has a route; what it answers is answered instead.
    public func admit(_ rule: @escaping @Sendable (HTTPRequest) -> HTTPResponse?) {
        dispatcher.admit(rule)
    }

    /// Adds `/livez`, `/readyz` (503 with the reasons while not ready) and `/metrics`, with those of the process.
    public func addStandardRoutes(health: Health, metrics: Metrics) {
        metrics.addProcessMetrics()
        metrics.gauge("sync_ready", help: "1 while the process is ready, 0 while /readyz answers 503 and says why.") {
            [(labels: [], value: health.isReady ? 1 : 0)]
        }
        route("GET", "/livez") { _ in .text("ok\n") }
        route("GET", "/readyz") { _ in
            let reasons = health.reasons
            return .json(Health.json(reasons), status: reasons.isEmpty ? 200 : 503)
        }
        route("GET", "/metrics") { _ in
            HTTPResponse(contentType: PrometheusText.contentType, body: metrics.render())
        }
    }

    /// What the routes answer to a request, without a connection: for tests of routes.
    ///
    /// - Parameter request: its remainder is the route's to say.
    /// - Returns: the answer.
    public func answer(_ request: HTTPRequest) -> HTTPResponse {
        dispatcher.answer(request)
    }

    /// Begins to serve.
    ///
    /// - Returns: the URL to reach it at, with the port taken: `http://127.0.0.1:43210`.
    /// - Throws: why it cannot listen at the address.
    public func start() throws(HTTPError) -> String {
        guard let (host, port) = Self.split(address) else {
            throw HTTPError(address: address, reason: "an address is host:port")
        }
        var reason: UnsafePointer<CChar>?
        let descriptor = sync_http_listen(host.isEmpty ? nil : host, port, &reason)
        guard descriptor >= 0 else {
            throw HTTPError(address: address, reason: reason.map { String(cString: $0) } ?? "unknown")
        }
        let taken = sync_http_port(descriptor)
        guard let daemon = Daemon(descriptor: descriptor, idleLimit: idleLimit, dispatcher: dispatcher) else {
            throw HTTPError(address: address, reason: "libmicrohttpd does not start")
        }
        let previous = state.withLock { state in
            defer { state.daemon = daemon }
            return state.daemon
        }
        previous?.stop()
        dispatcher.beginStreams()
        dispatcher.connections.begin()
        let name = host.isEmpty ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        log.debug("http server started", ["http.host": .string(name), "http.port": .integer(Int64(taken))])
        return "http://\(name):\(taken)"
    }

    /// Stops serving: takes no more connections, lets running handlers end, closes.
    ///
    /// Not to be called from a handler, which it would wait for.
    public func stop() {
        let daemon = state.withLock { state in
            defer { state.daemon = nil }
            return state.daemon
        }
        guard let daemon else { return }
        daemon.stop()
        log.debug("http server stopped")
    }

    /// Whether an address can be reached from this machine only.
    ///
    /// A name other than `localhost` may lead anywhere, and no name at all means every network of the machine.
    public static func isLoopback(_ address: String) -> Bool {
        guard let (host, _) = split(address) else { return false }
        return host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
    }

    /// Takes `host:port` and `[host]:port` apart; nil for everything else.
    static func split(_ address: String) -> (host: String, port: String)? {
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let port = String(address[address.index(after: colon)...])
        guard UInt16(port) != nil else { return nil }
        var host = address[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return (String(host), port)
    }
}
