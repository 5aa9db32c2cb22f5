// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import KafkaTestSupport
import Testing

/// Gives a suite one Apache Kafka, started before its first test and stopped after its last.
struct RealBrokerScope: SuiteTrait, TestScoping {
    @TaskLocal static var current: RealBroker?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard let home = RealBroker.home else { return try await function() }
        let broker = try RealBroker(home: home)
        defer { broker.stop() }
        try await Self.$current.withValue(broker, operation: function)
    }
}

extension Trait where Self == RealBrokerScope {
    /// One Apache Kafka for the whole suite.
    static var realBroker: Self { Self() }
}
