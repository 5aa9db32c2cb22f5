// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncEngine
import SyncModel
import Telemetry

/// Checks that the topics are there and fit together, waiting while Kafka cannot be reached.
struct TopicCheck {
    let configuration: WorkerConfiguration
    let admin: any AdminClient
    let telemetry: WorkerTelemetry

    init(_ configuration: WorkerConfiguration, admin: any AdminClient, telemetry: WorkerTelemetry) {
        self.configuration = configuration
        self.admin = admin
        self.telemetry = telemetry
    }

    /// The partition counts of the worker's topics.
    ///
    /// - Throws: `CancellationError` when told to stop meanwhile.
    func wait(isStopping: () -> Bool) throws -> [String: Int32] {
        var attempt = 0
        while true {
            do {
                let found = try admin.topics(timeoutMs: Int32(min(1_000 << min(attempt, 4), 10_000)))
                try check(found)
                return found
            } catch let error as KafkaError where error.disposition == .retriable {
                if isStopping() { throw CancellationError() }
                attempt += 1
                telemetry.health.set(reason: "Kafka cannot be reached: \(error.name)", for: "worker")
                telemetry.log.warning(
                    "Kafka cannot be reached; trying again",
                    [("attempt", .integer(Int64(attempt))), ("error", .string(error.description))]
                )
            }
        }
    }

    private func check(_ found: [String: Int32]) throws {
        let needed =
            partitionedAlike + configuration.tailTopics + [
                configuration.controlTopic, configuration.syncTopics.status, configuration.syncTopics.deadLetters,
            ]
        let outbound = configuration.mappings.map {
            configuration.syncTopics.outbound(of: $0.mapping.dataverse.entitySet)
        }
        for topic in needed + outbound where found[topic] == nil { throw WorkerError.topicMissing(topic) }
        try checkCounts(found)
    }

    /// The topics whose partition numbers go together.
    private var partitionedAlike: [String] {
        [configuration.inboxTopic] + configuration.changeTopics + [configuration.couplingsTopic]
    }

    /// Checks that of the topics that are there none has another number of partitions than the worker's inbox.
    func checkCounts(_ found: [String: Int32]) throws(WorkerError) {
        guard let wanted = found[configuration.inboxTopic] else { return }
        for topic in partitionedAlike {
            guard let count = found[topic], count != wanted else { continue }
            throw WorkerError.partitionCount(topic: topic, found: count, wanted: wanted)
        }
    }
}
