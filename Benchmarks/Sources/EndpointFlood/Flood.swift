// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One thread that opens, sends, reads and closes without waiting for anybody.
final class Flood {
    /// What the malformed requests are, in turn.
    private static let junk = [
        "NONSENSE\r\n\r\n", "GET /livez HTTP/9.9\r\n\r\n", "GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /livez%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
    ].map { Array($0.utf8) }
    /// What is said before a connection is left: nothing, the beginning of a request, noise.
    private static let beginnings = ["", "GET /livez HTTP/1.1\r\nHost", "\u{0}\u{1}\u{2}"].map { Array($0.utf8) }
    /// How many malformed requests may be open, of all ports.
    private static let openAtMost = 128
    /// A connection that was closed is told by a result, not by a signal.
    private static let noSignal = Int32(MSG_NOSIGNAL)
    /// How long the last answers are waited for, in seconds.
    private static let patience = 20.0

    /// A malformed request whose end has not come.
    private struct Talk {
        var rest: ArraySlice<UInt8>
        var answer: [UInt8] = []
    }

    private let ports: [UInt16]
    private let sources: (left: UInt32, malformed: UInt32)
    private let total: (left: Int, malformed: Int)
    private let seconds: Double
    private var outcome = FloodOutcome()
    private var talks: [Int32: Talk] = [:]
    private var left: [Int32] = []

    /// Prepares it; `hosts` are the last bytes of the addresses 127.0.0.x that the connections left and the malformed
    /// requests come from.
    init(_ ports: [UInt16], left: Int, malformed: Int, seconds: Double, hosts: (left: UInt8, malformed: UInt8)) {
        sources = (0x7F00_0000 | UInt32(hosts.left), 0x7F00_0000 | UInt32(hosts.malformed))
        self.ports = ports
        total = (left * ports.count, malformed * ports.count)
        self.seconds = seconds
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Sends all of it.
    func run() -> FloodOutcome {
        let start = Flood.now
        while outcome.left < total.left || outcome.malformed < total.malformed {
            let share = min(1, (Flood.now - start) / seconds)
            while Double(outcome.left) < share * Double(total.left) { leave() }
            while Double(outcome.malformed) < share * Double(total.malformed), talks.count < Flood.openAtMost {
                babble()
            }
            look(milliseconds: 2)
        }
        outcome.seconds = Flood.now - start
        let deadline = Flood.now + Flood.patience
        while !talks.isEmpty, Flood.now < deadline { look(milliseconds: 10) }
        outcome.unanswered = talks.count
        for descriptor in left {
            var byte: UInt8 = 0
            // An end is 0, and a refusal an error; one that is kept has nothing to say.
            if recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0, errno == EAGAIN { outcome.kept += 1 }
            close(descriptor)
        }
        return outcome
    }

    /// Opens a connection and leaves it.
    private func leave() {
        let number = outcome.left
        outcome.left += 1
        guard let descriptor = open(ports[number % ports.count], from: sources.left) else { return }
        left.append(descriptor)
        let beginning = Flood.beginnings[number % Flood.beginnings.count]
        if !beginning.isEmpty { _ = send(descriptor, beginning, beginning.count, Flood.noSignal) }
    }

    /// Opens a connection for a malformed request.
    private func babble() {
        let number = outcome.malformed
        outcome.malformed += 1
        guard let descriptor = open(ports[number % ports.count], from: sources.malformed) else { return }
        // One kind after the other at each port.
        talks[descriptor] = Talk(rest: Flood.junk[number / ports.count % Flood.junk.count][...])
        write(descriptor)
    }

    /// Waits for what comes, and takes it.
    private func look(milliseconds: Int32) {
        let (reads, writes) = (Int16(POLLIN), Int16(POLLOUT))
        var polled = talks.map {
            pollfd(fd: $0.key, events: $0.value.rest.isEmpty ? reads : reads | writes, revents: 0)
        }
        guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
        for found in polled where found.revents != 0 {
            if found.revents & writes != 0 { write(found.fd) }
            if found.revents & ~writes != 0 { read(found.fd) }
        }
    }

    /// Sends what can be sent; once all is, only answers are waited for.
    private func write(_ descriptor: Int32) {
        guard let rest = talks[descriptor]?.rest else { return }
        let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Flood.noSignal) }
        if count > 0 { talks[descriptor]?.rest = rest.dropFirst(count) }
        // It may answer and close before it has read everything.
        if count < 0, errno != EAGAIN { talks[descriptor]?.rest = [] }
    }

    private func read(_ descriptor: Int32) {
        guard talks[descriptor] != nil else { return }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                talks[descriptor]?.answer += buffer[..<count]
            } else if count == 0 || errno != EAGAIN {
                return end(descriptor)
            } else {
                // Half of them are HTTP/1.1 and stay open after a refusal; it is the answer that counts.
                if talks[descriptor]?.answer.isEmpty == false { end(descriptor) }
                return
            }
        }
    }

    private func end(_ descriptor: Int32) {
        guard let talk = talks.removeValue(forKey: descriptor) else { return }
        close(descriptor)
        // `HTTP/1.1 400`
        if talk.answer.count < 10 {
            outcome.closed += 1
        } else if [UInt8(ascii: "4"), UInt8(ascii: "5")].contains(talk.answer[9]) {
            outcome.refused += 1
        } else {
            outcome.taken += 1
        }
    }

    /// A connection from an address of this machine, which may still be on its way; nil where there is none.
    private func open(_ port: UInt16, from source: UInt32) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        let isBound = descriptor >= 0 && Flood.with(source, port: 0) { bind(descriptor, $0, $1) } == 0
        let isOpen =
            isBound
            && (Flood.with(0x7F00_0001, port: port) { connect(descriptor, $0, $1) } == 0 || errno == EINPROGRESS)
        if isOpen { return descriptor }
        outcome.failed += 1
        if descriptor >= 0 { close(descriptor) }
        return nil
    }

    private static func with(
        _ host: UInt32,
        port: UInt16,
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
