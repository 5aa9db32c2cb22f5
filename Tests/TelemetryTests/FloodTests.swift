// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Telemetry

/// Floods of connections and of nonsense, in a process of their own so that its files and memory are theirs alone.
@Suite(.timeLimit(.minutes(3)))
struct FloodTests {
    @Test func floodsAreRefusedWithoutHarmAndLeaveNothingBehind() async {
        await #expect(processExitsWith: .success) {
            try Flood.allowFiles(4_096)
            let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error), idleLimit: .seconds(2))
            server.route("GET", "/a") { _ in .text("a") }
            let url = try server.start()
            let flood = try Flood(client: LoopbackClient(url: url), other: LoopbackClient(url: url, from: 0x7F00_0002))
            #expect(try flood.malformed(500) == [])
            let files = try Flood.openFiles()
            let memory = try Flood.residentBytes()

            // Opened and left: the server takes as many as one address may have, and closes them when they stay silent.
            let left = try (0..<1_000).map { number in
                try flood.client.open(number % 2 == 0 ? "GET /a HTTP/1.1\r\nHost" : "\u{0}\u{1}\u{2}\r\n\r\n")
            }
            let taken = try Flood.openFiles() - files - left.count
            #expect(taken <= Int(HTTPServer.Limit.connections) / 3, "\(taken) connections were taken")
            #expect(try flood.other.request("GET", "/a").body == "a")
            for descriptor in left {
                var byte: UInt8 = 0
                while recv(descriptor, &byte, 1, 0) > 0 {}
                close(descriptor)
            }
            #expect(try flood.client.request("GET", "/a").body == "a")

            #expect(try flood.malformed(10_000) == [])
            let growth = try Flood.residentBytes() - memory
            print("resident set grew by \(growth >> 10) KiB")
            #expect(growth < 32 << 20, "grew by \(growth) bytes")
            #expect(try flood.client.request("GET", "/a").body == "a")
            // The server's own ends are closed by its threads in their time; stopping waits for them.
            server.stop()
            let remaining = try Flood.openFiles()
            #expect(remaining <= files, "\(remaining) files, before \(files)")
        }
    }
}

/// Floods that come from several addresses.
struct FloodFromManyTests {
    @Test func thoseWhoTakeAllTheyCanGetShutNobodyOut() throws {
        // Nothing that is left is closed before the end.
        let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error), idleLimit: .seconds(600))
        server.route("GET", "/a") { _ in .text("a") }
        let url = try server.start()
        defer { server.stop() }
        var left: [Int32] = []
        defer { for descriptor in left { close(descriptor) } }
        for host in 2...9 {
            let flooding = try LoopbackClient(url: url, from: 0x7F00_0000 | UInt32(host))
            for _ in 0..<100 { left.append(try flooding.open("GET /a HTTP/1.1\r\nHost")) }
            #expect(try LoopbackClient(url: url).request("GET", "/a").body == "a", "beside \(host - 1) that flood")
        }
    }

    @Test func aServerStopsCleanlyUnderAFlood() async {
        // In a process of its own, which a fault in the server's library would end.
        await #expect(processExitsWith: .success) {
            for round in 0..<200 {
                let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
                let client = try LoopbackClient(url: try server.start())
                let opened = try (0..<60).map { _ in try client.open("GET /a HTTP/1.1\r\nno colon") }
                // Told when so many have sent the rest; then the server stops beside those that follow.
                let (some, all) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                Thread.detachNewThread {
                    for (number, descriptor) in opened.enumerated() {
                        _ = send(descriptor, "\r\n\r\n", 4, Int32(MSG_NOSIGNAL))
                        if number == round % 50 { some.signal() }
                    }
                    all.signal()
                }
                some.wait()
                server.stop()
                all.wait()
                for descriptor in opened { close(descriptor) }
            }
        }
    }

    @Test func eachMayHaveHalfOfWhatIsFree() {
        let shares = ConnectionShares(limit: 192)
        func fill(_ owner: UInt64) -> Int {
            var count = 0
            while shares.admits(owner) {
                shares.began(owner, -1)
                count += 1
            }
            return count
        }
        let counts = (1...10).map { fill($0) }
        #expect(Array(counts.prefix(4)) == [64, 43, 28, 19])
        #expect(shares.admits(11), "after \(counts)")
        for owner in 12...200 { _ = fill(UInt64(owner)) }
        #expect(!shares.admits(201))
        shares.ended(201, -1)
        for _ in 0..<64 { shares.ended(1, -1) }
        #expect(shares.admits(201))
        #expect(fill(1) > 0)
    }
}

/// Requests that are none, and what they leave in this process.
private struct Flood {
    static let junk = [
        "NONSENSE\r\n\r\n", "GET /a HTTP/9.9\r\n\r\n", "GET /a HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /a%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
    ]

    /// Who floods.
    let client: LoopbackClient
    /// Somebody at another address.
    let other: LoopbackClient

    /// Sends so many malformed requests, several at a time, each on a connection of its own; somebody else asks meanwhile.
    ///
    /// - Returns: what went wrong: a request that was taken for a good one, or a good one without its answer.
    func malformed(_ count: Int) throws -> [String] {
        let senders = 4
        let faults = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: senders) { sender in
            do {
                for number in stride(from: sender, to: count, by: senders) {
                    let junk = Self.junk[number % Self.junk.count]
                    // A connection that is refused, or closed without a word, is an answer too.
                    let answer = try client.send(junk)
                    let isRefused = try answer.isEmpty || client.parse(answer).status >= 400
                    if !isRefused { faults.withLock { $0.append("\(junk.debugDescription): \(answer)") } }
                    guard number % 500 == 0 else { continue }
                    let body = try other.request("GET", "/a").body
                    if body != "a" { faults.withLock { $0.append("after \(number): \(body)") } }
                }
            } catch {
                faults.withLock { $0.append("\(error)") }
            }
        }
        return faults.withLock { $0 }
    }

    /// Lets this process have so many files open, where it may.
    static func allowFiles(_ count: UInt) throws {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(max(limit.rlim_cur, rlim_t(count)), limit.rlim_max)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }

    static func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(pages[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
