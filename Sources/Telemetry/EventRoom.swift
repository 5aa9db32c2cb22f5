// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many may listen at once to all streams that share it: in all, and from one address (of IPv6 one network of 64 bits).
public final class EventRoom: Sendable {
    private let limit: Int
    private let limitPerAddress: Int
    private let listeners = Mutex<[UInt64: Int]>([:])

    /// Makes a room; one listener too many, or one too many from its address, is answered 503 with `Retry-After`.
    public init(limit: Int, limitPerAddress: Int) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    /// How many listen now.
    public var count: Int { listeners.withLock { $0.values.reduce(0, +) } }

    /// Takes a place; false where there is none.
    func enter(from owner: UInt64) -> Bool {
        listeners.withLock { listeners in
            let own = listeners[owner] ?? 0
            guard own < limitPerAddress, listeners.values.reduce(0, +) < limit else { return false }
            listeners[owner] = own + 1
            return true
        }
    }

    /// Gives a place back.
    func leave(from owner: UInt64) {
        listeners.withLock { listeners in
            guard let own = listeners[owner] else { return }
            listeners[owner] = own > 1 ? own - 1 : nil
        }
    }
}
