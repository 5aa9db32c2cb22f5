// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

struct KafkaConfigurationTests {
    @Test(arguments: ["bootstrap.servers", "acks", "partitioner", "auto.offset.reset", "group.id", "transactional.id"])
    func knowsGlobalAndTopicPropertiesOfBothClients(property: String) {
        #expect(KafkaConfiguration.knows(property: property))
    }

    @Test(arguments: ["home", "bootstrap.server", "", "log_cb", "opaque", "default_topic_conf"])
    func doesNotKnowWhatNoSettingCanGive(property: String) {
        #expect(!KafkaConfiguration.knows(property: property))
    }

    @Test func acceptsWhatIsRight() {
        let problems = KafkaConfiguration(["bootstrap.servers": "127.0.0.1:9", "session.timeout.ms": "10000"])
            .validate()
        #expect(problems.isEmpty)
    }

    @Test func reportsEveryProblemAtOnce() throws {
        let problems = KafkaConfiguration([
            "session.timeout.ms": "never", "isolation.level": "sometimes", "nonsense": "1",
        ]).validate()
        #expect(
            problems.map(\.property) == ["bootstrap.servers", "isolation.level", "nonsense", "session.timeout.ms"]
        )
        let isolation = try #require(problems.first { $0.property == "isolation.level" })
        #expect(isolation.problem.contains("isolation.level=sometimes"))
    }

    @Test func reportsAFileThatCannotBeRead() throws {
        let problems = KafkaConfiguration([
            "bootstrap.servers": "127.0.0.1:9", "security.protocol": "ssl", "ssl.ca.location": "/nowhere/ca.pem",
        ]).validate()
        let problem = try #require(problems.first)
        #expect(problem.property == "ssl.ca.location")
    }

    @Test func hidesSecretValues() throws {
        let configuration = KafkaConfiguration([
            "bootstrap.servers": "127.0.0.1:9", "sasl.password": "hunter2", "ssl.key.password": "hunter2",
            "enable.sasl.oauthbearer.unsecure.jwt": "hunter2", "linger.ms": "5",
        ])
        #expect(!configuration.description.contains("hunter2"))
        #expect(configuration.description.contains("linger.ms=5"))
        let problems = configuration.validate()
        #expect(problems.map(\.property) == ["enable.sasl.oauthbearer.unsecure.jwt"])
        #expect(!problems.contains { $0.problem.contains("hunter2") })
    }

    @Test func makesNoClientOfAWrongConfiguration() {
        let wrong = KafkaConfiguration(["bootstrap.servers": "127.0.0.1:9", "session.timeout.ms": "0"])
        #expect(throws: KafkaError.self) {
            try Consumer(configuration: wrong, group: "g", observer: nil)
        }
    }
}
