// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@Suite struct HTTPServerTests {
    private let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))

    private func started() throws -> LoopbackClient {
        try LoopbackClient(url: server.start())
    }

    @Test func standardRoutes() throws {
        let health = Health(reasons: ["kafka": "not connected \"yet\""])
        let metrics = Metrics()
        metrics.counter("sync_records_total", help: "h").add(5)
        server.addStandardRoutes(health: health, metrics: metrics)
        let client = try started()

        let live = try client.request("GET", "/livez")
        #expect(live.status == 200 && live.body == "ok\n")
        let waiting = try client.request("GET", "/readyz")
        #expect(waiting.status == 503)
        #expect(waiting.headers["content-type"] == "application/json")
        #expect(waiting.body == #"{"ready":false,"reasons":{"kafka":"not connected \"yet\""}}"# + "\n")
        health.set(reason: nil, for: "kafka")
        let ready = try client.request("GET", "/readyz")
        #expect(ready.status == 200 && ready.body == #"{"ready":true,"reasons":{}}"# + "\n")
        let page = try client.request("GET", "/metrics")
        #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(page.headers["cache-control"] == "no-store")
        #expect(page.body.hasSuffix("sync_records_total 5\n"))
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"] {
            #expect(page.body.contains("\n\(name) "), "\(name)")
        }
    }

    @Test func handsOverPathQueryHeadersAndBody() throws {
        server.route("POST", "/api/hold/*") { request in
            let parts = [
                request.path, request.remainder, request.query("a") ?? "-", request.query("empty") ?? "-",
                request.query("none") ?? "-", request.header("x-who") ?? "-",
                String(decoding: request.body, as: UTF8.self),
            ]
            return .text(parts.joined(separator: "|"), status: 201)
        }
        let body = String(repeating: "body", count: 30_000)
        let answer = try started().request(
            "POST",
            "/api/hold/ITEM%20UOM?a=1%262&empty",
            headers: ["X-Who: me"],
            body: body
        )
        #expect(answer.status == 201)
        #expect(answer.body == "/api/hold/ITEM UOM|ITEM UOM|1&2||-|me|\(body)")
    }

    @Test func exactRoutesComeBeforeLongerAndShorterPrefixes() throws {
        server.route("GET", "/api/*") { _ in .text("short") }
        server.route("GET", "/api/gates/*") { _ in .text("long") }
        server.route("GET", "/api/gates") { _ in .text("exact") }
        let client = try started()
        #expect(try client.request("GET", "/api/gates").body == "exact")
        #expect(try client.request("GET", "/api/gates/1").body == "long")
        #expect(try client.request("GET", "/api/x").body == "short")
    }

    @Test func unknownPathsAndMethods() throws {
        server.route("GET", "/a") { _ in .text("a") }
        server.route("POST", "/a") { _ in .text("a") }
        let client = try started()
        #expect(try client.request("GET", "/b").status == 404)
        #expect(try client.request("GET", "/a/").status == 404)
        let answer = try client.request("DELETE", "/a")
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET, HEAD, POST")
    }

    @Test func headHasNoBody() throws {
        server.route("GET", "/a") { _ in .text("12345") }
        let answer = try started().request("HEAD", "/a")
        #expect(answer.status == 200 && answer.body.isEmpty && answer.headers["content-length"] == "5")
    }

    @Test func bodiesOverTheLimitAreRefused() throws {
        server.route("POST", "/a") { .text("\($0.body.count)") }
        let client = try started()
        let announced = try client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
        #expect(try client.parse(announced).status == 413)
        let chunk = "40000\r\n" + String(repeating: "x", count: 0x40000) + "\r\n"
        let head = "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunked = try client.send(head + String(repeating: chunk, count: 5) + "0\r\n\r\n")
        #expect(try client.parse(chunked).status == 413)
        let fitting = try client.send(head + String(repeating: chunk, count: 4) + "0\r\n\r\n")
        #expect(try client.parse(fitting).body == "1048576")
    }

    @Test func malformedRequestsGetAnErrorAndHarmNobody() throws {
        let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error), idleLimit: .seconds(1))
        server.route("GET", "/a") { _ in .text("a") }
        let client = try LoopbackClient(url: server.start())
        for junk in [
            "\r\n\r\n\r\n", "NONSENSE\r\n\r\n", "GET /a HTTP/1.1\r\nHost", "GET /a HTTP/9.9\r\n\r\n",
            "GET /a HTTP/1.1\r\nno colon\r\n\r\n",
            "\u{0}\u{1}\u{2}\r\n\r\n",
        ] {
            let answer = try client.send(junk)
            let status = answer.isEmpty ? 400 : try client.parse(answer).status
            #expect(status >= 400, "\(junk.debugDescription): \(answer)")
        }
        #expect(try client.request("GET", "/%FF%FE").status == 400)
        let oversized = try client.request("GET", "/a", headers: ["X-Long: " + String(repeating: "x", count: 100_000)])
        #expect(oversized.status == 431 || oversized.status == 413)
        let longPath = try client.request("GET", "/" + String(repeating: "x", count: 100_000))
        #expect(longPath.status == 414 || longPath.status == 431)
        #expect(try client.request("GET", "/a").body == "a")
    }

    @Test func aTakenAddressIsNamed() throws {
        let url = try server.start()
        let address = String(url.dropFirst("http://".count))
        let second = HTTPServer(address: address, log: Log(level: .error))
        let error = #expect(throws: HTTPError.self) { try second.start() }
        #expect(error?.description == "cannot listen at \(address): Address already in use")
        server.stop()
        #expect(try second.start() == url)
    }

    @Test(arguments: ["", "localhost", "127.0.0.1:x", "127.0.0.1:70000", "::1:80", "127.0.0.1:-1"])
    func addressesThatAreNone(address: String) {
        #expect(throws: HTTPError.self) { try HTTPServer(address: address, log: Log(level: .error)).start() }
    }

    @Test func afterStopNobodyAnswers() throws {
        server.route("GET", "/a") { _ in .text("a") }
        let client = try started()
        #expect(try client.request("GET", "/a").status == 200)
        server.stop()
        server.stop()
        #expect(throws: LoopbackClient.Failure.self) { try client.request("GET", "/a") }
        #expect(try LoopbackClient(url: server.start()).request("GET", "/a").status == 200)
    }

    @Test func manyClientsAtOnce() throws {
        let metrics = Metrics()
        let served = metrics.counter("served_total", help: "h")
        server.route("GET", "/a") { _ in
            served.add()
            return .text("a")
        }
        let client = try started()
        DispatchQueue.concurrentPerform(iterations: 100) { _ in
            #expect(throws: Never.self) {
                let answer = try client.request("GET", "/a")
                #expect(answer.body == "a")
            }
        }
        #expect(served.with().value == 100)
    }

    /// It is asked for each request, as long as the process lives.
    @Test func theRuleOfAdmissionNeedsNoMoreStackWithEachRequest() async {
        await #expect(processExitsWith: .success) {
            await withCheckedContinuation { continuation in
                let thread = Thread {
                    let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
                    server.route("GET", "/a") { _ in .text("a") }
                    server.admit { _ in nil }
                    for _ in 0..<10_000 {
                        precondition(server.answer(HTTPRequest(path: "/a")).status == 200, "admitted")
                    }
                    continuation.resume()
                }
                thread.stackSize = 256 << 10
                thread.start()
            }
        }
    }
}
