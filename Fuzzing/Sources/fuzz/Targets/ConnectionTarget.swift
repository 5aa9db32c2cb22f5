// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Raw bytes over a connection to a served coordinator: whatever comes, each answer is one, and the next client is served.
final class ConnectionTarget: FuzzTarget {
    private let endpoints: FuzzedEndpoints
    private let port: UInt16
    private static let last = Array("\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    private static let plain = Array(last.dropFirst(4))
    private var inputs = 0

    init() throws {
        endpoints = try FuzzedEndpoints()
        port = try UInt16(endpoints.server.start().split(separator: ":").last ?? "") ?? 0
    }

    deinit { endpoints.server.stop() }

    func take(_ input: UnsafeRawBufferPointer) {
        let answer = exchange([UInt8](input) + Self.last)
        if !answer.isEmpty { look(at: answer, input) }
        inputs += 1
        guard inputs.isMultiple(of: 16) else { return }
        let alive = exchange(Self.plain, patienceMs: 9_000)
        expect(alive.starts(with: "HTTP/1.1 200".utf8), "the server does not answer any more")
    }

    private func look(at answer: [UInt8], _ input: UnsafeRawBufferPointer) {
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1."), let status = Int(text.dropFirst(9).prefix(3)) else {
            fatalError("the answer does not begin as one")
        }
        FuzzedEndpoints.expectAccess(status, path: nil, input)
        expect(!text.contains("<main id") || text.contains("HTTP/1.1 200"), "a page without its status")
        let mayBeKnown = String(decoding: input, as: UTF8.self).lowercased()
        expect(
            !text.contains("<main id") || mayBeKnown.contains(FuzzedEndpoints.token) || mayBeKnown.contains("basic"),
            "the page was shown without the token for it"
        )
    }

    /// Sends bytes; what comes back until the server closes or has been silent for a moment.
    private func exchange(_ bytes: [UInt8], patienceMs: Int = 5) -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        expect(descriptor >= 0, "no socket")
        defer { close(descriptor) }
        // A reset at the end, so that no port stays taken.
        var end = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &end, socklen_t(MemoryLayout<linger>.size))
        var limit = timeval(tv_sec: patienceMs / 1_000, tv_usec: patienceMs % 1_000 * 1_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // libFuzzer's clock interrupts calls now and then.
        if connected != 0, errno == EINTR { return exchange(bytes, patienceMs: patienceMs) }
        expect(connected == 0, "not connected: \(errno)")
        // The server may answer and close before it has read everything.
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return received }
            received.append(contentsOf: buffer[..<count])
        }
    }
}
