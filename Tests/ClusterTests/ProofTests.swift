// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import KafkaTestSupport
import Testing

/// Three brokers, two instances of every worker, and many faults; takes long, and the machine for itself.
@Suite(
    .serialized,
    .enabled(if: RealBroker.home != nil, "KAFKA_HOME names no Apache Kafka"),
    .enabled(if: ClusterOptions.isProof, "CLUSTER_PROOF is not set")
)
struct ProofTests {
    @Test
    func nothingIsLostOrDoubledWhateverBreaks() throws {
        let proof = try ProofRun(home: try #require(RealBroker.home))
        defer { proof.close() }
        try proof.prove(faults: ClusterOptions.faults(20), minutes: ClusterOptions.minutes)
    }
}
