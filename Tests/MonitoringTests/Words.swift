// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

@testable import Coordination

/// What records, causes and workers are said to be.
enum Words {
    static let states = Coupling.State.allCases.map(\.rawValue)
    static let verdicts = Verdict.allCases.map(\.rawValue)
    /// Of `sync_stuck_records`; `unknown` where there are too many to look at.
    static let causes =
        findings.map(\.word) + ["worker-stopped", "held", "gate-closed", "unknown"]

    private static let findings: [WaitingChain.Finding] = [
        .unseen, .filtered, .deleted, .failed(nil), .skipped(nil), .unconfirmed, .waiting, .circle, .exists,
        .referenced, .undecided,
    ]
}
