// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads a secret that an orchestrator mounts as a file.
enum SecretFile {
    struct Failure: Error {
        let reason: String
    }

    /// No secret is longer, and a path to something endless must not fill the memory.
    private static let limit = 1 << 20

    /// The text of a file without the ends of line behind it.
    static func read(_ path: String) -> Result<String, Failure> {
        guard let stream = fopen(path, "rb") else { return .failure(unreadable()) }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = fread(&bytes, 1, bytes.count, stream)
        if ferror(stream) != 0 { return .failure(unreadable()) }
        guard count <= limit else { return .failure(Failure(reason: "is larger than \(limit) bytes")) }
        var rest = bytes[..<count]
        while let last = rest.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { rest.removeLast() }
        guard !rest.isEmpty else { return .failure(Failure(reason: "is empty")) }
        guard let text = String(validating: rest, as: UTF8.self) else {
            return .failure(Failure(reason: "is not UTF-8"))
        }
        return .success(text)
    }

    private static func unreadable() -> Failure {
        Failure(reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
}
