// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import Telemetry

/// librdkafka's log goes to our log, its statistics to our metrics.
final class KafkaTelemetry: KafkaObserver {
    /// How often librdkafka tells its statistics, in milliseconds.
    static let intervalMs = 15_000

    /// Members of the statistics that are kept, and how they are called.
    private static let measures = [
        ("msg_cnt", "queued_messages"), ("msg_size", "queued_bytes"), ("tx_bytes", "sent_bytes"),
        ("rx_bytes", "received_bytes"), ("txmsgs", "sent_messages"), ("rxmsgs", "received_messages"),
    ]

    private let log: Log
    private let client: String
    private let gauge: Gauge
    private let limiter = LineLimiter()

    init(_ log: Log, client: String, measures: Gauge) {
        self.log = log
        self.client = client
        gauge = measures
    }

    func log(level: Int, facility: String, message: String) {
        // While a broker is away librdkafka says so several times a second.
        guard let leftOut = level > 6 ? 0 : limiter.admit(facility) else { return }
        var fields: [(String, LogValue)] = [
            ("kafka.client", .string(client)), ("kafka.facility", .string(facility)),
            ("kafka.message", .string(message)),
        ]
        if leftOut > 0 { fields.append(("left.out", .integer(Int64(leftOut)))) }
        switch level {
        // A broker that cannot be reached is retried, and told by the readiness; it is no error of ours.
        case ...4: log.warning("librdkafka", fields)
        case 5, 6: log.info("librdkafka", fields)
        default: log.debug("librdkafka", fields)
        }
    }

    func statistics(_ json: String) {
        guard let root = try? JSONDocument().parse(json) else { return }
        for (member, measure) in KafkaTelemetry.measures {
            guard let value = root[member]?.int64 else { continue }
            gauge.set(Double(value), [client, measure])
        }
    }

    func error(_ error: KafkaError) {
        guard let leftOut = limiter.admit("error \(error.name)") else { return }
        var fields: [(String, LogValue)] = [
            ("kafka.client", .string(client)), ("error", .string(error.description)),
        ]
        if leftOut > 0 { fields.append(("left.out", .integer(Int64(leftOut)))) }
        log.warning("librdkafka error", fields)
    }
}
