// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CMicrohttpd
import Synchronization

/// Turns libmicrohttpd's callbacks into requests, and answers into its responses.
final class HTTPDispatcher: Sendable {
    /// Who is connected.
    let connections = ConnectionShares(limit: Int(HTTPServer.Limit.connections))
    private let routes = Mutex(HTTPRoutes())
    private let bodyLimit: Int
    private let admission = Mutex(Admission())
    private let streams = Mutex(Streams())

    /// A function that is a generic value itself is wrapped once more each time it is read: requests would take longer and
    /// longer, until the stack is full.
    private struct Admission {
        var rule: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    }

    private struct Streams {
        var known: [ObjectIdentifier: EventStream] = [:]
        var isEnding = false
    }

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    func add(_ method: String, _ path: String, _ handler: @escaping HTTPRoutes.Handler) {
        routes.withLock { $0.add(method, path, handler) }
    }

    func admit(_ rule: @escaping @Sendable (HTTPRequest) -> HTTPResponse?) {
        admission.withLock { $0.rule = rule }
    }

    /// Called first when the headers are there, then for each piece of the body, then once more to be answered.
    func access(
        _ connection: OpaquePointer,
        url: UnsafePointer<CChar>,
        method: UnsafePointer<CChar>,
        data: UnsafePointer<CChar>?,
        size: UnsafeMutablePointer<Int>,
        state: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        guard let pointer = state.pointee else {
            // Balanced by the completion callback.
            state.pointee = Unmanaged.passRetained(HTTPExchange(limit: bodyLimit)).toOpaque()
            let announced = pairs(connection, .HEADER_KIND).first { $0.name.lowercased() == "content-length" }
            guard let length = announced.flatMap({ Int($0.value) }), length > bodyLimit else { return .YES }
            // Answered before the body is read; libmicrohttpd then closes the connection.
            return queue(tooLarge, connection)
        }
        let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
        if size.pointee > 0 {
            exchange.append(UnsafeRawBufferPointer(start: data, count: size.pointee))
            size.pointee = 0
            // A body of unknown length is read a little further, so that its sender gets to see the answer.
            return exchange.received > 8 * bodyLimit ? .NO : .YES
        }
        guard !exchange.isTooLarge else { return queue(tooLarge, connection) }
        guard let path = String(validatingCString: url) else {
            return queue(.text("the path is not UTF-8\n", status: 400), connection)
        }
        let request = HTTPRequest(
            method: String(cString: method),
            path: path,
            query: pairs(connection, .GET_ARGUMENT_KIND),
            headers: pairs(connection, .HEADER_KIND),
            body: exchange.body
        )
        return queue(answer(request), connection)
    }

    /// The answer of the route that fits, where the rule of admission lets the request in.
    func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch routes.withLock({ $0.match(request.method, request.path) }) {
        case .none:
            return .text("not found\n", status: 404)
        case .otherMethods(let methods):
            var response = HTTPResponse.text("method not allowed\n", status: 405)
            response.headers.append(("Allow", methods.joined(separator: ", ")))
            return response
        case .handler(let handler, let remainder):
            let routed = HTTPRequest(
                method: request.method == "HEAD" ? "GET" : request.method,
                path: request.path,
                remainder: remainder,
                query: request.query,
                headers: request.headers,
                body: request.body
            )
            return admission.withLock { $0.rule }?(routed) ?? handler(routed)
        }
    }

    private var tooLarge: HTTPResponse { .text("the body is larger than \(bodyLimit) bytes\n", status: 413) }

    /// Ends the events of all connections, and refuses new ones: a sleeping connection cannot be closed.
    func endStreams() {
        let known = streams.withLock { streams in
            streams.isEnding = true
            return Array(streams.known.values)
        }
        for stream in known { stream.endAll() }
    }

    /// Lets events flow, after the daemon that was ended is gone.
    func beginStreams() {
        streams.withLock { $0.isEnding = false }
    }

    /// A response that takes its bytes from the stream as they come; nil when there is no room for one more.
    private func makeResponse(_ stream: EventStream, _ connection: OpaquePointer) -> OpaquePointer? {
        let made = streams.withLock { streams in
            streams.known[ObjectIdentifier(stream)] = stream
            let owner = sync_http_connection_owner(connection)
            return streams.isEnding ? nil : stream.makeListener(connection, from: owner)
        }
        guard let listener = made else { return nil }
        // Balanced by the response's end, after which nothing is read any more.
        let context = Unmanaged.passRetained(listener).toOpaque()
        let response = MHD_create_response_from_callback(
            UInt64.max,  // the length is not known
            4_096,
            { context, _, buffer, size in
                guard let context, let buffer else { return MHD_CONTENT_READER_END_OF_STREAM }
                let listener = Unmanaged<EventStream.Listener>.fromOpaque(context).takeUnretainedValue()
                return listener.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
            },
            context,
            { context in
                guard let context else { return }
                Unmanaged<EventStream.Listener>.fromOpaque(context).takeRetainedValue().forget()
            }
        )
        if response == nil { Unmanaged<EventStream.Listener>.fromOpaque(context).takeRetainedValue().forget() }
        return response
    }

    private func queue(_ answer: HTTPResponse, _ connection: OpaquePointer) -> MHD_Result {
        guard let events = answer.events else { return queue(answer, makeResponse(answer), connection) }
        if let response = makeResponse(events, connection) { return queue(answer, response, connection) }
        var busy = HTTPResponse.text("too many listen already\n", status: 503)
        busy.headers.append(("Retry-After", "10"))
        return queue(busy, connection)
    }

    private func makeResponse(_ answer: HTTPResponse) -> OpaquePointer? {
        answer.body.withUnsafeBytes { bytes in
            // The mutable pointer is C's way of saying void *; with this mode libmicrohttpd only copies from it.
            MHD_create_response_from_buffer(
                bytes.count,
                UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                .RESPMEM_MUST_COPY
            )
        }
    }

    private func queue(_ answer: HTTPResponse, _ response: OpaquePointer?, _ connection: OpaquePointer) -> MHD_Result {
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        let fixed = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        let given = Set(answer.headers.map { $0.name.lowercased() })
        for (name, value) in answer.headers + fixed.filter({ !given.contains($0.0.lowercased()) }) {
            MHD_add_response_header(response, name, value)
        }
        return MHD_queue_response(connection, UInt32(clamping: answer.status), response)
    }

    private func pairs(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &pairs) { pointer in
            _ = MHD_get_connection_values(
                connection,
                kind,
                { context, _, name, value in
                    guard let context, let name else { return .YES }
                    let pairs = context.assumingMemoryBound(to: [(name: String, value: String)].self)
                    pairs.pointee.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                    return .YES
                },
                pointer
            )
        }
        return pairs
    }
}
