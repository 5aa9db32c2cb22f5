// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets one line of a kind through in a while, and counts the others.
///
/// For the lines of a library that repeats itself while something is away; the first of each kind is never held back.
public final class LineLimiter: Sendable {
    /// The time between two lines of a kind, in milliseconds.
    public static let intervalMs: Int64 = 30_000
    /// Kinds that are remembered; beyond that the count begins anew.
    private static let kindLimit = 1_000

    private struct Kind {
        var shownAt: Int64
        var leftOut = 0
    }

    private let kinds = Mutex<[String: Kind]>([:])
    private let now: @Sendable () -> Int64

    /// Makes a limiter; `now` tells the time in milliseconds since 1970.
    public init(now: @escaping @Sendable () -> Int64 = Timestamp.now) {
        self.now = now
    }

    /// Whether a line of the kind is to be written now.
    ///
    /// - Returns: how many were left out since the last one; nil where this one is left out too.
    public func admit(_ kind: String) -> Int? {
        let now = now()
        return kinds.withLock { kinds in
            // A clock that was set back must not silence anything.
            if let known = kinds[kind], now >= known.shownAt, now - known.shownAt < Self.intervalMs {
                kinds[kind]?.leftOut += 1
                return nil
            }
            if kinds.count >= Self.kindLimit, kinds[kind] == nil { kinds = [:] }
            let leftOut = kinds[kind]?.leftOut ?? 0
            kinds[kind] = Kind(shownAt: now)
            return leftOut
        }
    }
}
