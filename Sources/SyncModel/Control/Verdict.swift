// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// How a worker keeps up, the better verdicts first.
package enum Verdict: String, Sendable, CaseIterable, Comparable {
    /// It has nothing to do, or the lag goes down.
    case ok
    /// A closed gate or an operator's hold keeps it from reading; its backlog is meant to lie there.
    case heldBack = "held-back"
    /// It commits, and the lag grows all the same.
    case slow
    /// It lives and has something to do, but commits nothing.
    case stalled
    /// It commits nothing and gives no sign of life.
    case stopped

    package static func < (left: Verdict, right: Verdict) -> Bool { left.severity < right.severity }

    /// One or two words for people.
    package var words: String { self == .heldBack ? "held back" : rawValue }

    private var severity: Int {
        switch self {
        case .ok: 0
        case .heldBack: 1
        case .slow: 2
        case .stalled: 3
        case .stopped: 4
        }
    }
}
