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

    private static let findings: [WaitingChain.Finding] = {
        var findings: [WaitingChain.Finding] = []
        var next: WaitingChain.Finding? = .unseen
        while let finding = next {
            findings.append(finding)
            next = follower(of: finding)
        }
        return findings
    }()

    /// A chain through all findings, so that the compiler asks for the place of a new one.
    private static func follower(of finding: WaitingChain.Finding) -> WaitingChain.Finding? {
        switch finding {
        case .unseen: .filtered
        case .filtered: .deleted
        case .deleted: .failed(nil)
        case .failed: .skipped(nil)
        case .skipped: .unconfirmed
        case .unconfirmed: .waiting
        case .waiting: .circle
        case .circle: .exists
        case .exists: .referenced
        case .referenced: .sumsDiffer(nil)
        case .sumsDiffer: .undecided
        case .undecided: nil
        }
    }
}
