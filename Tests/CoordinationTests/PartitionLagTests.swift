// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Coordination

@Suite("Lag")
struct PartitionLagTests {
    @Test(
        "is the end minus what is committed, else minus the beginning, and never negative",
        arguments: [
            (committed: 40, beginning: nil, end: 100, lag: 60),
            (committed: 100, beginning: nil, end: 100, lag: 0),
            (committed: nil, beginning: 30, end: 100, lag: 70),
            (committed: nil, beginning: 0, end: 0, lag: 0),
            (committed: 10, beginning: 30, end: 100, lag: 90),
            (committed: 500, beginning: nil, end: 100, lag: 0),
            (committed: 0, beginning: nil, end: 7, lag: 7),
        ] as [(committed: Int64?, beginning: Int64?, end: Int64, lag: Int64)]
    )
    func arithmetic(committed: Int64?, beginning: Int64?, end: Int64, lag: Int64) {
        let partition = PartitionLag(
            group: "g",
            topic: "t",
            partition: 0,
            committed: committed,
            beginning: beginning,
            end: end
        )
        #expect(partition.lag == lag)
    }
}
