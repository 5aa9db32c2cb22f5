// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import AllocationCounter
import Foundation

/// What new items cost that find all they refer to, and those that waited for it and are released all at once.
struct ReleaseRun {
    /// Nanoseconds of processor time a record: taken with everything there already.
    var arrival: Double
    /// Taken with nothing there: it waits.
    var waiting: Double
    /// Released, once everything is there.
    var release: Double

    init(records: Int) throws {
        let timed = { (body: () throws -> Void) in
            let before = thread_time()
            try body()
            return Double(thread_time() - before) / Double(records)
        }
        arrival = try TemporaryDirectory.with { directory in
            let workload = try Workload(itemCount: records, directory: directory)
            try workload.coupleUnits()
            let arrival = try timed { try workload.takeNewItems() }
            try workload.close()
            return arrival
        }
        (waiting, release) = try TemporaryDirectory.with { directory in
            let workload = try Workload(itemCount: records, directory: directory)
            let waiting = try timed { try workload.takeNewItems(waiting: true) }
            try workload.coupleUnits()
            let release = try timed { try workload.releaseAll() }
            try workload.close()
            return (waiting, release)
        }
    }
}
