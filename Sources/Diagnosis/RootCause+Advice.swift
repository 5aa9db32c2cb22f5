// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension RootCause {
    /// What to do about it.
    package var advice: String {
        obstacle?.advice ?? link.finding.advice
    }
}

extension Obstacle {
    /// What to do about it.
    package var advice: String {
        switch kind {
        case .workerStopped: "Start \(worker); its log's last lines say why it ended."
        case .held: "End the hold when its reason is over: syncctl release."
        case .gateClosed: "Nothing: the gate opens by itself. See what it waits for: syncctl status."
        }
    }
}

extension WaitingChain.Finding {
    /// What to do about it.
    package var advice: String {
        switch self {
        case .unseen: "See whether the source sends it; a snapshot of its table brings it."
        case .sumsDiffer: "Compare its lines with its sums at the source; a line that has not come brings the rest."
        case .filtered: "Change it at its source, or accept that what refers to it waits."
        case .deleted: "Change the record that refers to it."
        case .failed: "Correct it at its source, or try it again: syncctl retry."
        case .skipped: "Take it in again once it is mended: syncctl restore."
        case .unconfirmed: "Look at the delivery, whose result has not come."
        case .referenced: "Nothing, or delete the rows that refer to it."
        case .circle: "Change one of the references."
        case .waiting, .exists, .undecided: "Nothing. If it lasts, look at its worker."
        }
    }
}
