// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel
public import Telemetry

/// Takes holds and releases from the page, from whoever has the token for acting.
public struct ActionRoutes: Sendable {
    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let access: PageAccess
    private let log: Log
    private let clock: @Sendable () -> Int64

    init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        access: PageAccess,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.access = access
        self.log = log
        self.clock = clock
    }

    /// Adds `POST` and `DELETE` of `/api/holds/<mapping>`.
    public func add(to server: HTTPServer) {
        server.route("POST", "/api/holds/*") { hold($0) }
        server.route("DELETE", "/api/holds/*") { release($0) }
    }

    /// Holds a mapping; the body is JSON with a `reason`, or empty.
    func hold(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = refused(request) { return refusal }
        guard configuration.mappings.contains(where: { $0.name == request.remainder }) else {
            return .text("no worker runs that mapping\n", status: 404)
        }
        var reason: String?
        if !request.body.isEmpty {
            guard let root = try? JSONDocument(maximumBytes: 4_096, maximumDepth: 4).parse(request.body),
                root.kind == .object
            else { return .text("the body is no JSON object with a \"reason\"\n", status: 400) }
            reason = root["reason"]?.string.map { String($0.prefix(HoldOrder.reasonLimit)) }
            if reason?.isEmpty == true { reason = nil }
        }
        return give(
            HoldOrder(
                mapping: request.remainder,
                hold: Hold(mapping: request.remainder, reason: reason, sinceMs: clock())
            )
        )
    }

    /// Lets a mapping go on; also one that no longer runs.
    func release(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = refused(request) { return refusal }
        guard view.snapshot.holds.contains(where: { $0.mapping == request.remainder }) else {
            return .text("that mapping is not held\n", status: 404)
        }
        return give(HoldOrder(mapping: request.remainder, hold: nil))
    }

    private func refused(_ request: HTTPRequest) -> HTTPResponse? {
        guard let refusal = access.refusalToAct(request) else { return nil }
        log.warning("action refused", [("audit", .string("refused")), ("http.method", .string(request.method))])
        return refusal
    }

    private func give(_ order: HoldOrder) -> HTTPResponse {
        guard view.give(order) else { return .text("too much is on its way already\n", status: 503) }
        return .text("accepted\n", status: 202)
    }
}
