// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Telemetry

/// All that the coordinator serves besides health and metrics: the API, the page, what operators may do, and to whom.
public struct CoordinatorEndpoints: Sendable {
    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let log: Log
    private let clock: @Sendable () -> Int64
    /// Where searches and commands lie until a clerk takes them.
    let desk: RecordDesk

    /// Makes the endpoints of a coordinator.
    ///
    /// - Parameters:
    ///   - configuration: the coordinator's own.
    ///   - view: the one that the coordinator writes.
    ///   - log: where refused actions are told.
    ///   - clock: the time in milliseconds since 1970.
    public init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.log = log
        self.clock = clock
        desk = RecordDesk(watches: RecordWatches(clock: clock), lastAction: Int(clock()))
    }

    /// Adds the routes, and the rule of who is let in.
    ///
    /// - Parameters:
    ///   - server: what serves them.
    ///   - isLoopback: whether it is reachable from this machine only.
    ///   - token: what readers give; nil: none is asked for.
    ///   - actionToken: what those who act give; nil: nobody may.
    public func add(to server: HTTPServer, isLoopback: Bool, token: String?, actionToken: String?) {
        let access = PageAccess(isLoopback: isLoopback, token: token, actionToken: actionToken)
        server.admit(access.refusal)
        CoordinatorRoutes(configuration, view: view, clock: clock).add(to: server)
        PageRoutes(configuration, view: view, mayAct: actionToken != nil, clock: clock).add(to: server)
        ActionRoutes(configuration, view: view, access: access, log: log, clock: clock).add(to: server)
        RecordRoutes(configuration, view: view, desk: desk, access: access, log: log, clock: clock).add(to: server)
    }
}
