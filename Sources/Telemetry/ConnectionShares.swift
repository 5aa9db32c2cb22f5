// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Shares a server's connections out among those who connect, so that a few who take all they can get shut nobody out.
///
/// Each may have half as many as are free at the moment. So one alone gets a third of all, the next who comes a third of
/// what is left, and there is room for a newcomer beside ten who take as many as they can.
final class ConnectionShares: Sendable {
    private struct State {
        var total = 0
        var owned: [UInt64: Int] = [:]
        /// The sockets; each is closed only after it was taken out here.
        var descriptors: Set<Int32> = []
        /// Told when the last connection is gone; nil while new ones are let in.
        var end: DispatchSemaphore?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether an owner may have one more connection.
    func admits(_ owner: UInt64) -> Bool {
        state.withLock { $0.end == nil && 2 * ($0.owned[owner] ?? 0) < limit - $0.total - 1 }
    }

    /// A connection is there.
    func began(_ owner: UInt64, _ descriptor: Int32) {
        state.withLock { state in
            state.total += 1
            state.owned[owner, default: 0] += 1
            state.descriptors.insert(descriptor)
            // Let in just before the end.
            if state.end != nil { Self.shut(descriptor) }
        }
    }

    /// A connection is gone; its socket is closed next.
    func ended(_ owner: UInt64, _ descriptor: Int32) {
        state.withLock { state in
            guard let count = state.owned[owner] else { return }
            state.total -= 1
            state.owned[owner] = count > 1 ? count - 1 : nil
            state.descriptors.remove(descriptor)
            if state.total == 0 { state.end?.signal() }
        }
    }

    /// Lets nobody in any more, cuts all off, and waits until they are gone, but no longer than a second.
    func endAll() {
        let end = DispatchSemaphore(value: 0)
        let isOver = state.withLock { state in
            state.end = end
            for descriptor in state.descriptors { Self.shut(descriptor) }
            return state.total == 0
        }
        if !isOver { _ = end.wait(timeout: .now() + .seconds(1)) }
    }

    /// Lets connections in again.
    func begin() {
        state.withLock { $0.end = nil }
    }

    private static func shut(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
}
