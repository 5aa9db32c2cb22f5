// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

@testable import WorkerRuntime

/// Properties of the Kafka client that are not the operator's to choose.
struct OwnPropertiesTests {
    @Test(arguments: [
        ("group.id", "x"), ("transactional.id", "y"), ("partitioner", "random"), ("message.max.bytes", "1000"),
        ("isolation.level", "read_uncommitted"), ("enable.idempotence", "false"),
    ])
    func aPropertyThatExactlyOnceDependsOnIsRefused(name: String, value: String) {
        let problems = WorkerConfiguration.forbidden(in: [name: value, "bootstrap.servers": "localhost:9092"])
        #expect(problems.map(\.property) == [name])
        #expect(problems.first?.problem.contains("\"\(value)\" is not possible") == true)
    }

    @Test func othersAndTheRequiredValuesAreTaken() {
        let properties = ["session.timeout.ms": "6000", "isolation.level": "read_committed", "linger.ms": "0"]
        #expect(WorkerConfiguration.forbidden(in: properties).isEmpty)
    }

    @Test func librdkafkaKnowsThemAll() {
        let names = Array(WorkerConfiguration.ownProperties.keys) + Array(WorkerConfiguration.requiredProperties.keys)
        #expect(names.allSatisfy { KafkaConfiguration.knows(property: $0) })
    }
}
