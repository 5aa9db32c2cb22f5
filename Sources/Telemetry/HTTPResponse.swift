// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// An answer to a request.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The headers besides those that the server adds.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]
    /// Events that follow instead of a body, as they happen.
    var events: EventStream?

    /// Makes an answer.
    public init(status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = [("Content-Type", contentType)] + headers
        self.body = body
    }

    /// An answer of plain text.
    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// An answer of bytes that are JSON.
    public static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: bytes)
    }

    /// An answer that goes on with events as they happen, until the client leaves.
    public static func events(_ stream: EventStream) -> HTTPResponse {
        var response = HTTPResponse(contentType: "text/event-stream", body: [])
        response.events = stream
        return response
    }

    /// An answer of a page.
    public static func html(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/html; charset=utf-8", body: Array(text.utf8))
    }
}
