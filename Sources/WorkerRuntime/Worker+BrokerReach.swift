// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Telemetry

extension Worker {
    /// While no broker is in reach: asks for an answer now and then, since nothing else tells an idle worker of one.
    func lookForBrokers() {
        guard telemetry.reach.isLost, clock() - lastBrokerLook >= BrokerReach.intervalMs else { return }
        defer { lastBrokerLook = clock() }
        do {
            if let partition = assigned.first {
                // Not its watermarks: for these librdkafka waits past the time, as long as the broker is away.
                _ = try consumer.committed([partition], timeoutMs: 200)
            } else {
                _ = try admin.topics(timeoutMs: 200)
            }
            telemetry.reach.answered()
        } catch let error as KafkaError where error.code > 0 && error.disposition != .retriable {
            telemetry.reach.answered()  // A broker's refusal is an answer; codes below 0 are librdkafka's own.
        } catch {
            // The readiness has said so already; this is why it still does.
            telemetry.log.debug("no broker answers yet", [("error", .string("\(error)"))])
        }
    }
}
