// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Telemetry

/// Requests to the coordinator's routes, without a connection: method, path, query, headers, tokens, bodies.
///
/// An input is a request line and headers, each ended by a line feed, an empty line and the body; nothing is decoded.
final class RequestTarget: FuzzTarget {
    private var endpoints: FuzzedEndpoints
    private let document = JSONDocument()
    private var orders = 0

    init() throws { endpoints = try FuzzedEndpoints() }

    func take(_ input: UnsafeRawBufferPointer) throws {
        let request = Self.request(input)
        let answer = endpoints.server.answer(request)
        FuzzedEndpoints.expectAccess(answer.status, path: request.path, input)
        let type = answer.headers.first { $0.name == "Content-Type" }?.value ?? ""
        expect(!type.isEmpty, "an answer without a type")
        for (name, value) in answer.headers {
            expect(!(name + value).utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a header of several lines")
        }
        if type == "application/json" { try document.parse(answer.body) }
        // Nobody carries the orders out; more than a few are refused.
        if answer.status == 202 { orders += 1 }
        if orders == 30 {
            endpoints = try FuzzedEndpoints()
            orders = 0
        }
    }

    private static func request(_ input: UnsafeRawBufferPointer) -> HTTPRequest {
        var rest = input[...]
        func line() -> String? {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { rest = rest[(end + 1)...] }
            // As C's strings, which is how they come.
            return String(decoding: rest[..<end].prefix { $0 != 0 }, as: UTF8.self)
        }
        let words = (line() ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        let target = (words.count > 1 ? words[1] : "/").split(separator: "?", maxSplits: 1).map(String.init)
        let query = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair(String($0), "=") }
        var headers: [(name: String, value: String)] = []
        while let header = line(), !header.isEmpty { headers.append(pair(header, ": ")) }
        return HTTPRequest(
            method: words.first ?? "GET",
            path: target.first ?? "/",
            query: query,
            headers: headers,
            body: Array(rest)
        )
    }

    private static func pair(_ text: String, _ separator: String) -> (name: String, value: String) {
        let parts = text.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : "")
    }
}
