// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncTestSupport

/// What a load took.
struct LoadFigures {
    /// Whether gates could close.
    var hasGates: Bool
    /// From the first event sent to the last outbound change.
    var seconds = 0.0
    /// Outbound changes.
    var changes = 0
    /// The most records that waited at one moment, by mapping.
    var peakWaiting: [String: Int] = [:]
    /// The most records that waited at one moment, of all mappings.
    var peakOfAllWaiting = 0
    /// How often a record was put to wait, by mapping.
    var everWaited: [String: Int] = [:]
    /// The most that each process took, and its processor time in the end.
    var footprints: [String: Footprint] = [:]
    /// The most memory that is no file's, of all workers at one moment, in KiB.
    var peakAnonymousKiB = 0
    /// The most resident memory, of all workers at one moment, in KiB.
    var peakResidentKiB = 0
    /// What the workers' states take on disk in the end, in bytes.
    var stateBytes = 0
    /// What the gates did, a line for each.
    var gates: [String] = []
    /// What is wrong with the end.
    var faults: [String] = []

    /// Processor time of the workers, in seconds.
    var workersProcessorSeconds: Double {
        Fleet.workers.reduce(0) { $0 + (footprints[$1]?.processorSeconds ?? 0) }
    }

    /// How often a record was put to wait.
    var allEverWaited: Int { everWaited.values.reduce(0, +) }
}
