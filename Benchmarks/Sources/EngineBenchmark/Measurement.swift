// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import AllocationCounter

/// What one variant took, in several runs.
struct Measurement {
    var itemCount: Int
    var variant: Workload.Variant
    /// Nanoseconds of processor time for each event, a number for each run.
    var nanoseconds: [Double] = []
    /// Requests for memory for each event.
    var allocations: [Double] = []
    /// Bytes for each event, of the last run: of its outbound change, and of its coupling record.
    var bytes = (outbound: 0.0, coupling: 0.0)

    mutating func run(_ workload: Workload, events: Int) throws {
        let bytesBefore = workload.bytes
        let allocationsBefore = allocation_count()
        let before = thread_time()
        try workload.run(variant, events: events)
        nanoseconds.append(Double(thread_time() - before) / Double(events))
        allocations.append(Double(allocation_count() - allocationsBefore) / Double(events))
        bytes.outbound = Double(workload.bytes.outbound - bytesBefore.outbound) / Double(events)
        bytes.coupling = Double(workload.bytes.couplings - bytesBefore.couplings) / Double(events)
    }

    var medianNanoseconds: Double { Measurement.median(nanoseconds) }
    var medianAllocations: Double { Measurement.median(allocations) }
    var eventsPerSecond: Double { 1_000_000_000 / medianNanoseconds }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
