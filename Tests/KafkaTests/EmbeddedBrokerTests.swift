// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import Testing

@Suite(.serialized)
struct EmbeddedBrokerTests {
    @Test(.timeLimit(.minutes(2)), arguments: ConformanceCase.all(for: [.transactions]))
    func conforms(to testCase: ConformanceCase) throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try testCase.run(on: broker)
    }
}
