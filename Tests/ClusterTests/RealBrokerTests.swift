// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import Testing

@Suite(.serialized, .enabled(if: RealBroker.home != nil, "KAFKA_HOME names no Apache Kafka"), .realBroker)
struct RealBrokerTests {
    @Test(.timeLimit(.minutes(3)), arguments: ConformanceCase.all)
    func conforms(to testCase: ConformanceCase) throws {
        try testCase.run(on: #require(RealBrokerScope.current))
    }
}
