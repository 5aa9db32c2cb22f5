// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Shares a server's connections out among those who connect, so that a few who take all they can get shut nobody out.
///
/// Each may have half as many as are free at the moment. So one alone gets a third of all, the next who comes a third of
/// what is left, and there is room for a newcomer beside ten who take as many as they can.
final class ConnectionShares: Sendable {
    private struct State {
        var total = 0
        var owned: [UInt64: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether an owner may have one more connection.
    func admits(_ owner: UInt64) -> Bool {
        state.withLock { 2 * ($0.owned[owner] ?? 0) < limit - $0.total - 1 }
    }

    /// A connection is there.
    func began(_ owner: UInt64) {
        state.withLock { state in
            state.total += 1
            state.owned[owner, default: 0] += 1
        }
    }

    /// A connection is gone.
    func ended(_ owner: UInt64) {
        state.withLock { state in
            guard let count = state.owned[owner] else { return }
            state.total -= 1
            state.owned[owner] = count > 1 ? count - 1 : nil
        }
    }
}
