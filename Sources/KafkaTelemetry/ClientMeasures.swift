// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import Telemetry

/// The numbers of librdkafka's statistics that operators look at, by client.
public final class ClientMeasures: Sendable {
    /// A member of the statistics and the metric that it becomes.
    private struct Measure {
        let member: String
        let name: String
        let help: String
        /// Since the client was made; else the number of the moment.
        let isCounted: Bool
    }

    private static let measures = [
        Measure(
            member: "msg_cnt",
            name: "sync_kafka_client_queued_messages",
            help: "Messages that wait in the client to be sent or taken.",
            isCounted: false
        ),
        Measure(
            member: "msg_size",
            name: "sync_kafka_client_queued_bytes",
            help: "Bytes of the messages that wait in the client.",
            isCounted: false
        ),
        Measure(
            member: "txmsgs",
            name: "sync_kafka_client_sent_messages_total",
            help: "Messages that the client has sent to Kafka.",
            isCounted: true
        ),
        Measure(
            member: "tx_bytes",
            name: "sync_kafka_client_sent_bytes_total",
            help: "Bytes that the client has sent to Kafka.",
            isCounted: true
        ),
        Measure(
            member: "rxmsgs",
            name: "sync_kafka_client_received_messages_total",
            help: "Messages that the client has received from Kafka.",
            isCounted: true
        ),
        Measure(
            member: "rx_bytes",
            name: "sync_kafka_client_received_bytes_total",
            help: "Bytes that the client has received from Kafka.",
            isCounted: true
        ),
    ]

    /// By member of the statistics, then by client.
    private let values = Mutex<[String: [String: Int64]]>([:])

    /// Adds the metrics, which have a series for each client that has told its statistics.
    public init(_ metrics: Metrics) {
        for measure in Self.measures {
            let series: @Sendable () -> [(labels: [String], value: Double)] = { [self] in
                values.withLock { $0[measure.member] ?? [:] }.map { (labels: [$0.key], value: Double($0.value)) }
            }
            if measure.isCounted {
                metrics.counter(measure.name, help: measure.help, labels: ["client"], values: series)
            } else {
                metrics.gauge(measure.name, help: measure.help, labels: ["client"], values: series)
            }
        }
    }

    /// Takes the statistics of a client, which `read` looks up by member.
    func take(of client: String, _ read: (_ member: String) -> Int64?) {
        for measure in Self.measures {
            guard let value = read(measure.member) else { continue }
            values.withLock { $0[measure.member, default: [:]][client] = value }
        }
    }
}
