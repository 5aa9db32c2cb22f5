// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import Telemetry
import Testing

@testable import WorkerRuntime

/// The counters of records.
struct RecordCountersTests {
    @Test("each record is counted under its own mapping and result, in whatever order they come")
    func counts() {
        let counter = Metrics().counter("sync_records_total", help: "h", labels: ["mapping", "result"])
        let mappings = ["ITEM-PRODUCT", "RESOURCE-PRODUCT"]
        var counters = RecordCounters(counter, mappings: mappings)
        for (number, result) in RecordResult.allCases.enumerated() {
            for _ in 0...number {
                for mapping in mappings + ["unknown", mappings[0]] { counters.count(result, mapping: mapping) }
            }
        }
        for (number, result) in RecordResult.allCases.enumerated() {
            #expect(counter.with(mappings[0], result.rawValue).value == 2 * (number + 1))
            #expect(counter.with(mappings[1], result.rawValue).value == number + 1)
            #expect(counter.with("unknown", result.rawValue).value == 0)
        }
    }
}
