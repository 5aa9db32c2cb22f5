// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file descriptor that text goes to, until a write fails: what comes then would stand behind a gap.
final class OutputDescriptor: Sendable {
    private let number: Int32
    private let failed = Mutex<Int32?>(nil)

    init(_ number: Int32) { self.number = number }

    /// The `errno` of the write that failed.
    var failure: Int32? { failed.withLock { $0 } }

    func write(_ text: String) {
        failed.withLock { failure in
            if failure == nil { failure = writeAll(text) }
        }
    }

    /// Writes until everything is taken; the `errno` where that cannot be.
    private func writeAll(_ text: String) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(number, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

/// The system's `write`, whose name the method above hides.
private let systemWrite = write
