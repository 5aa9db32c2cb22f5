// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd

/// Owns a running libmicrohttpd daemon and what its callbacks refer to.
///
/// `@unchecked Sendable`: the pointer is set once, and libmicrohttpd may be stopped from any thread but its own.
final class Daemon: @unchecked Sendable {
    private let daemon: OpaquePointer
    /// Balanced by `stop`, after which no callback runs.
    private let context: Unmanaged<HTTPDispatcher>

    /// Takes over the listening socket; nil when the threads cannot be started.
    init?(descriptor: Int32, idleLimit: Duration, dispatcher: HTTPDispatcher) {
        context = Unmanaged.passRetained(dispatcher)
        let daemon = sync_http_start(
            descriptor,
            HTTPServer.Limit.threads,
            HTTPServer.Limit.connections,
            UInt32(clamping: max(1, idleLimit.components.seconds)),
            HTTPServer.Limit.headerBytes,
            HTTPServer.Limit.headerStep,
            { context, address, _ in
                guard let context else { return .NO }
                let dispatcher = Unmanaged<HTTPDispatcher>.fromOpaque(context).takeUnretainedValue()
                return dispatcher.connections.admits(sync_http_owner(address)) ? .YES : .NO
            },
            { context, connection, url, method, _, data, size, state in
                guard let context, let connection, let url, let method, let size, let state else { return .NO }
                let dispatcher = Unmanaged<HTTPDispatcher>.fromOpaque(context).takeUnretainedValue()
                return dispatcher.access(connection, url: url, method: method, data: data, size: size, state: state)
            },
            context.toOpaque(),
            { _, _, state, _ in
                guard let state, let exchange = state.pointee else { return }
                // Balances the retain at the first call for the request.
                Unmanaged<HTTPExchange>.fromOpaque(exchange).release()
                state.pointee = nil
            },
            { context, connection, _, change in
                guard let context, let connection else { return }
                let connections = Unmanaged<HTTPDispatcher>.fromOpaque(context).takeUnretainedValue().connections
                let owner = sync_http_connection_owner(connection)
                let descriptor = sync_http_connection_socket(connection)
                if change == .CONNECTION_NOTIFY_STARTED {
                    connections.began(owner, descriptor)
                } else {
                    connections.ended(owner, descriptor)
                }
            }
        )
        guard let daemon else {
            context.release()
            return nil
        }
        self.daemon = daemon
    }

    /// Ends the threads and closes all connections and the socket; called once, by the owner.
    ///
    /// The connections end first: libmicrohttpd 0.9.75 answers a malformed request that comes while it stops with a response
    /// that it has not made, and the process ends by a signal.
    func stop() {
        context.takeUnretainedValue().endStreams()
        context.takeUnretainedValue().connections.endAll()
        MHD_stop_daemon(daemon)
        context.release()
    }
}
