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

/// Writes whole lines to a file descriptor, in the order of the calls.
final class LineOutput: Sendable {
    let now: @Sendable () -> Int64
    private let descriptor: Int32
    private let turn = Mutex(())

    init(descriptor: Int32, now: @escaping @Sendable () -> Int64) {
        self.descriptor = descriptor
        self.now = now
    }

    /// Writes a line with one `write(2)`, and the rest where the system took only a part.
    ///
    /// A log that cannot be written must not end the work: when the output is gone, or does not block and took
    /// nothing for a second, the line is dropped.
    func write(_ line: [UInt8]) {
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let part = UnsafeRawBufferPointer(rebasing: rest)
                    let count = systemWrite(descriptor, part.baseAddress, part.count)
                    if count >= 0 {
                        rest = rest.dropFirst(count)
                    } else if errno == EAGAIN {
                        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        guard poll(&wait, 1, 1_000) > 0 else { return }
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}

/// The system's `write`, whose name the method above hides.
private let systemWrite = write
