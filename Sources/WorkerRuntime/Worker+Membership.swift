// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Telemetry

/// The worker as a member of its group, and what being fenced means.
extension Worker {
    static func makeConsumer(
        _ configuration: WorkerConfiguration,
        _ clients: any KafkaClients,
        instance: String,
        _ telemetry: WorkerTelemetry
    ) throws -> any ConsumerClient {
        var kafka = configuration.kafka
        let defaults = ["session.timeout.ms": "10000", "queued.max.messages.kbytes": "8192"]
        for (name, value) in defaults where kafka.properties[name] == nil { kafka.properties[name] = value }
        kafka.properties.merge(WorkerConfiguration.requiredProperties) { _, required in required }
        // A static member that is killed and comes back has its partitions at once, without a rebalance.
        if !configuration.commitsPlainly {
            kafka.properties["group.instance.id"] = "\(configuration.worker)-\(instance)"
        }
        return try clients.makeConsumer(
            kafka,
            group: configuration.group,
            observer: telemetry.eventsObserver()
        )
    }

    func subscribe() throws {
        try consumer.subscribe(
            configuration.changeTopics + [configuration.inboxTopic],
            startOffsets: { [unowned self] in try startOffsets(of: $0) },
            onRebalance: { [unowned self] in rebalanced($0) }
        )
    }

    /// Makes the consumer anew after a fatal error.
    ///
    /// Seen after an outage of the broker: librdkafka 2.0.2 forgets its member id when its session ends, and if the
    /// thread that polls is busy until the broker is back, its next heartbeat is taken for a second static member's.
    func rejoin() throws {
        telemetry.log.warning("the consumer is beyond use; joining the group anew")
        consumer.close()
        consumer = try Worker.makeConsumer(configuration, clients, instance: instance, telemetry)
        try subscribe()
    }

    /// Judges a fence: brokers also fence producers whose transactions they timed out, and members that they forgot.
    ///
    /// Of two processes with one name each displaces the other by joining: the one that is displaced twice gives up.
    /// - Throws: `WorkerError.fenced` where another process has our name.
    func noteFence() throws {
        guard consumer.isFatal, isDisplaced() else { return }
        let now = clock()
        displacements = displacements.filter { now - $0 < 60_000 } + [now]
        if displacements.count > 1 { throw WorkerError.fenced(instance: instance) }
    }

    /// Whether the group has a member of our name that this process never was.
    private func isDisplaced() -> Bool {
        do {
            // The broker makes a static member's id of its instance id.
            return try admin.describeGroup(configuration.group, timeoutMs: 10_000).members.contains { member in
                member.id.hasPrefix("\(configuration.worker)-\(instance)-") && !memberIDs.contains(member.id)
            }
        } catch {
            telemetry.log.warning("the group cannot be looked at", [("error", .string("\(error)"))])
            return false
        }
    }
}
