// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel
import Telemetry

/// What operators asked for on the page.
extension Coordinator {
    /// Writes the holds and releases that were asked for to `sync.control`, each with a line in the log for the audit.
    ///
    /// Any coordinator may, active or not, as `syncctl` may. Where Kafka does not answer they are kept.
    func carryOutOrders() throws {
        while let order = view.takeOrder() {
            do {
                try write(order)
            } catch let error as KafkaError where error.disposition == .retriable {
                view.give(back: order)
                telemetry.set(trouble: "Kafka cannot be reached: \(error.name)", for: "kafka")
                return
            }
            let fields: [(String, LogValue)] = [
                ("audit", .string(order.hold == nil ? "release" : "hold")), ("sync.mapping", .string(order.mapping)),
                ("reason", .string(order.hold?.reason ?? "")),
            ]
            telemetry.log.info(order.hold == nil ? "hold ended from the page" : "hold put from the page", fields)
        }
    }

    private func write(_ order: HoldOrder) throws {
        let producer = try producer ?? makeProducer("gates")
        self.producer = producer
        let key = Array(order.key.utf8)
        try producer.produce(topic: configuration.controlTopic, partition: 0, key: key, value: order.value)
        try producer.flush(timeoutMs: LagReader.timeoutMs)
    }
}
