// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Sends bytes to a server on this machine and reads the answer to its end.
struct LoopbackClient {
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: String
    }

    struct Failure: Error {
        let reason: String
    }

    private let port: UInt16
    private let source: UInt32

    /// Makes a client that comes from an address of this machine, 127.0.0.1 unless told otherwise.
    init(url: String, from source: UInt32 = 0x7F00_0001) throws {
        self.source = source
        guard let port = url.split(separator: ":").last.flatMap({ UInt16($0) }), port > 0 else {
            throw Failure(reason: "no port in \(url)")
        }
        self.port = port
    }

    func request(_ method: String, _ path: String, headers: [String] = [], body: String = "") throws -> Answer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return try parse(send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body))
    }

    /// Sends raw bytes; what came back until the server closed the connection.
    func send(_ text: String) throws -> String {
        let descriptor = try open(text)
        defer { close(descriptor) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received.append(contentsOf: buffer[..<count])
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Sends raw bytes; the connection, to be read from and closed.
    func open(_ text: String) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(reason: "no socket") }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let isConnected =
            with(source, port: 0) { bind(descriptor, $0, $1) } == 0
            && with(0x7F00_0001, port: port) { connect(descriptor, $0, $1) } == 0
        guard isConnected else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Failure(reason: "not connected: \(reason)")
        }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The server may answer and close before it has read everything.
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        return descriptor
    }

    private func with(
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

    func parse(_ text: String) throws -> Answer {
        guard let end = text.range(of: "\r\n\r\n") else { throw Failure(reason: "no answer: \(text)") }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { throw Failure(reason: "no status: \(lines[0])") }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.range(of: ": ") else { continue }
            headers[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
        }
        return Answer(status: status, headers: headers, body: String(text[end.upperBound...]))
    }
}
