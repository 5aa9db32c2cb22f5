// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

/// Server-sent events: what arrives, for how many, and how it ends.
@Suite struct EventStreamTests {
    /// A client that listens.
    private final class Listening {
        private let descriptor: Int32
        private var text = ""

        init(_ client: LoopbackClient, _ path: String = "/events") throws {
            descriptor = try client.open("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        }

        deinit { close(descriptor) }

        /// Reads until the text has come; false when the connection ends before.
        func reads(_ wanted: String) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while !text.contains(wanted) {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return false }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            text = String(text[(text.range(of: wanted)?.upperBound ?? text.startIndex)...])
            return true
        }
    }

    private let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))

    private func serve(_ stream: EventStream) throws -> LoopbackClient {
        server.route("GET", "/events") { _ in .events(stream) }
        return try LoopbackClient(url: server.start())
    }

    @Test func reachEveryListenerAsTheyHappen() throws {
        let stream = EventStream()
        let client = try serve(stream)
        let listeners = try (0..<3).map { _ in try Listening(client) }
        for listener in listeners {
            #expect(listener.reads("Content-Type: text/event-stream\r\n"))
            #expect(listener.reads("retry: 3000\n\n"))
        }
        #expect(stream.count == 3)
        for number in 1...50 {
            stream.send("changed", data: "\(number)\nevent: forged")
            for listener in listeners { #expect(listener.reads("event: changed\ndata: \(number)\n\n")) }
        }
        server.stop()
        for listener in listeners { #expect(!listener.reads("forged")) }
        #expect(stream.count == 0)
    }

    @Test func areRefusedToOneTooManyWhileOtherAnswersGoOn() throws {
        let stream = EventStream(limit: 2)
        let client = try serve(stream)
        server.route("GET", "/livez") { _ in .text("ok\n") }
        let listeners = try (0..<2).map { _ in try Listening(client) }
        for listener in listeners { #expect(listener.reads("retry:")) }
        let refused = try client.request("GET", "/events")
        #expect(refused.status == 503 && refused.headers["retry-after"] == "10")
        #expect(try client.request("GET", "/livez").status == 200)
        server.stop()
    }

    @Test func makeRoomWhenAListenerLeaves() throws {
        let stream = EventStream(limit: 1)
        let client = try serve(stream)
        var listener: Listening? = try Listening(client)
        #expect(listener?.reads("retry:") == true)
        listener = nil
        // That it left is noticed when something is sent to it, at the latest the second time.
        let deadline = ContinuousClock.now + .seconds(20)
        while stream.count > 0, ContinuousClock.now < deadline { stream.send("changed", data: "1") }
        #expect(stream.count == 0)
        let next = try Listening(client)
        #expect(next.reads("retry:"))
        server.stop()
    }

    @Test func flowAgainAfterARestart() throws {
        let stream = EventStream()
        _ = try serve(stream)
        server.stop()
        let client = try LoopbackClient(url: server.start())
        let listener = try Listening(client)
        #expect(listener.reads("retry:"))
        stream.send("changed", data: "7")
        #expect(listener.reads("data: 7\n\n"))
        server.stop()
        #expect(!listener.reads("more"))
    }

    @Test func surviveListenersThatComeAndGoWhileEventsFlow() throws {
        let stream = EventStream(limit: 64)
        let client = try serve(stream)
        for round in 0..<40 {
            let listeners = try (0..<8).map { _ in try Listening(client) }
            stream.send("changed", data: "\(round)")
            for listener in listeners.prefix(round % 9) { #expect(listener.reads("retry:")) }
        }
        let last = try Listening(client)
        #expect(last.reads("retry:"))
        stream.send("changed", data: "last")
        #expect(last.reads("data: last\n\n"))
        server.stop()
        #expect(stream.count == 0)
    }

    @Test func shareARoomThatIsBoundedInAllAndForEachAddress() throws {
        let room = EventRoom(limit: 5, limitPerAddress: 3)
        let streams = [EventStream(room: room), EventStream(room: room)]
        for (number, stream) in streams.enumerated() { server.route("GET", "/\(number)") { _ in .events(stream) } }
        let url = try server.start()
        let near = try LoopbackClient(url: url)
        let far = try LoopbackClient(url: url, from: 0x7F00_0002)
        var listeners = try ["/0", "/1", "/1"].map { try Listening(near, $0) }
        for listener in listeners { #expect(listener.reads("retry:")) }
        #expect(try near.request("GET", "/0").status == 503, "three are enough for one address")
        listeners += try ["/0", "/1"].map { try Listening(far, $0) }
        for listener in listeners.suffix(2) { #expect(listener.reads("retry:")) }
        #expect(try far.request("GET", "/0").status == 503, "five are enough for all")
        #expect(room.count == 5 && streams.map(\.count) == [2, 3])
        listeners.removeFirst()
        let deadline = ContinuousClock.now + .seconds(20)
        while room.count > 4, ContinuousClock.now < deadline { streams[0].send("changed", data: "1") }
        #expect(room.count == 4)
        #expect(try Listening(near, "/1").reads("retry:"), "who leaves makes room")
        server.stop()
    }
}
