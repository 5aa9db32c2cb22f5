// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationNetworking
import Telemetry
import Testing

@testable import Coordination

@Suite("The page over HTTP", .timeLimit(.minutes(5)))
struct PageRoutesTests {
    private final class Served {
        let prepared: PreparedPage
        let routes: PageRoutes
        let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
        let url: URL

        init() throws {
            prepared = try PreparedPage()
            try prepared.fillWithTrouble()
            routes = prepared.routes
            routes.add(to: server)
            url = try #require(URL(string: try server.start()))
        }

        deinit { server.stop() }

        func get(_ path: String) async throws -> (text: String, answer: HTTPURLResponse) {
            let url = try #require(URL(string: path, relativeTo: url))
            let (data, answer) = try await URLSession.shared.data(from: url)
            return (String(decoding: data, as: UTF8.self), try #require(answer as? HTTPURLResponse))
        }
    }

    @Test("is whole without a script, and lets nothing in but its own files")
    func whole() async throws {
        let served = try Served()
        let (html, answer) = try await served.get("/")
        #expect(answer.statusCode == 200)
        #expect(html.contains("4 things need a look"))
        #expect(html.contains("<html lang=\"en\">") && html.contains("name=\"viewport\""))
        #expect(html.contains("<noscript><meta http-equiv=\"refresh\""))
        let policy = answer.value(forHTTPHeaderField: "Content-Security-Policy") ?? ""
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
        for forbidden in ["<style", " style=", "<script>", "javascript:", "http://", "https://"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        let types = ["page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"]
        for (file, type) in types {
            #expect(html.contains("/page/\(file)"))
            let answer = try await served.get("/page/\(file)").answer
            #expect(answer.statusCode == 200)
            #expect(answer.value(forHTTPHeaderField: "Content-Type")?.hasPrefix(type) == true)
            #expect(answer.value(forHTTPHeaderField: "X-Content-Type-Options") == "nosniff")
        }
        #expect(try await served.get("/page/../page/page.html").answer.statusCode == 404)
    }

    @Test("gives the part that changes alone")
    func main() async throws {
        let served = try Served()
        let (html, answer) = try await served.get("/page/main")
        #expect(answer.statusCode == 200)
        #expect(
            html.hasPrefix("<main id=\"main\" data-now=\"\(PreparedPage.nowMs)\" data-title=\"4 things need a look\">")
        )
        #expect(html.hasSuffix("</main>"))
    }

    @Test("tells who listens of a change, once, and not of none")
    func changes() async throws {
        let served = try Served()
        let url = try #require(URL(string: "/api/events", relativeTo: served.url))
        let events = EventReader(url)
        try #require(await events.next() == "retry: 3000")
        let view = served.prepared.view
        // The first round tells how things stand.
        view.endRound()
        #expect(await events.next() == "event: changed")
        #expect(await events.next() == "data: 1")
        view.endRound()
        view.update { $0.gates = [] }
        view.endRound()
        #expect(await events.next() == "event: changed")
        #expect(await events.next() == "data: 2")
        events.cancel()
    }

    /// The lines of an answer that does not end.
    private final class EventReader: NSObject, URLSessionDataDelegate, @unchecked Sendable {
        // Only the session's queue of one writes.
        private let continuation: AsyncStream<String>.Continuation
        private var lines: AsyncStream<String>.Iterator
        private var rest = ""
        private var session: URLSession?

        init(_ url: URL) {
            let (stream, continuation) = AsyncStream.makeStream(of: String.self)
            self.continuation = continuation
            lines = stream.makeAsyncIterator()
            super.init()
            let queue = OperationQueue()
            queue.maxConcurrentOperationCount = 1
            let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: queue)
            self.session = session
            session.dataTask(with: url).resume()
        }

        /// The next line that is not empty; nil at the end.
        func next() async -> String? {
            while let line = await lines.next() {
                if !line.isEmpty { return line }
            }
            return nil
        }

        func cancel() { session?.invalidateAndCancel() }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            rest += String(decoding: data, as: UTF8.self)
            while let end = rest.firstIndex(of: "\n") {
                continuation.yield(String(rest[..<end]))
                rest = String(rest[rest.index(after: end)...])
            }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            continuation.finish()
        }
    }
}
