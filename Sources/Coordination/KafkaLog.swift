// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Telemetry

/// librdkafka's log goes to ours.
final class KafkaLog: KafkaObserver {
    private let log: Log
    private let limiter = LineLimiter()

    init(_ log: Log) {
        self.log = log
    }

    func log(level: Int, facility: String, message: String) {
        // While a broker is away librdkafka says so several times a second.
        guard let leftOut = level > 6 ? 0 : limiter.admit(facility) else { return }
        var fields: [(String, LogValue)] = [("kafka.facility", .string(facility)), ("kafka.message", .string(message))]
        if leftOut > 0 { fields.append(("left.out", .integer(Int64(leftOut)))) }
        switch level {
        case ...3: log.error("librdkafka", fields)
        case 4: log.warning("librdkafka", fields)
        case 5, 6: log.info("librdkafka", fields)
        default: log.debug("librdkafka", fields)
        }
    }

    func statistics(_ json: String) {
        log.debug("librdkafka statistics", [("kafka.statistics", .string(json))])
    }

    func error(_ error: KafkaError) {
        log.debug("librdkafka error", [("error", .string(error.description))])
    }
}
