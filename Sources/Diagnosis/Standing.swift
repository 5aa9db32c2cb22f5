// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Where a pair stands, in words: whether it has arrived, and if not, what to do where nothing that it waits for is why.
package struct Standing: Sendable, Hashable {
    /// How good that is.
    package enum Level: Sendable, Hashable {
        case good, onItsWay, bad, over
    }

    /// How good it is.
    package let level: Level
    /// What readers are told, behind the record's name.
    package let words: String
    /// What to do; nil: nothing, or what the chains of what it waits for say.
    package let advice: String?

    /// Tells where a pair stands.
    package init(_ pair: PairGlance) {
        switch pair.state {
        case .failed:
            self.init(.bad, "failed\(Self.reason(pair))", "Correct it at its source, or try it again: syncctl retry.")
        case .skipped:
            self.init(.bad, "is skipped\(Self.reason(pair))", "Take it in again once it is mended: syncctl restore.")
        case .filtered: self.init(.over, "is outside its table filter and not synchronized")
        case .broken: self.init(.over, "was deleted; the record of the other side is kept")
        case .deleted: self.init(.over, "is deleted")
        case .waiting: self.init(.onItsWay, "has not arrived; it waits")
        case .pending:
            self.init(.onItsWay, "is sent, not confirmed", "Look at the delivery, whose result has not come.")
        case .coupled where pair.isDeferred: self.init(.good, "has arrived, but for a reference that follows")
        case .coupled where pair.waitsSince != nil: self.init(.onItsWay, "has arrived before; its newest change waits")
        case .coupled where pair.isInFlight:
            self.init(.onItsWay, "has arrived before; its newest change is sent, not confirmed")
        case .coupled where !pair.exists: self.init(.over, "is made, and not in use: it left its table filter")
        case .coupled: self.init(.good, "has arrived")
        }
    }

    private init(_ level: Level, _ words: String, _ advice: String? = nil) {
        self.level = level
        self.words = words
        self.advice = advice
    }

    private static func reason(_ pair: PairGlance) -> String {
        pair.error.map { ": \($0.code), \($0.message)" } ?? ""
    }
}
