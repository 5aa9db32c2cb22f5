// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry

/// Signs of life and verdicts on `sync.status`, for `syncctl`.
extension Coordinator {
    /// Tells that the coordinator lives, whether it is active and how workers keep up, every few seconds and when that
    /// changes.
    func reportIfDue() {
        let now = clock()
        let isActive = role == .active
        let isDue = now < lastReportMs || now - lastReportMs >= Heartbeat.intervalMs
        let verdicts = view.snapshot.verdicts
        let words = verdicts.map(\.verdict)
        guard isDue || isActive != toldActive || (isActive && words != toldVerdicts) else { return }
        lastReportMs = now
        toldActive = isActive
        toldVerdicts = words
        let heartbeat = CoordinatorHeartbeat(
            instance: configuration.instance,
            isActive: isActive,
            url: url,
            verdicts: verdicts
        )
        var writer = JSONWriter()
        heartbeat.write(to: &writer, at: now)
        tellStatus(heartbeat.key, writer.bytes)
    }

    /// Takes the sign of life back: it ends by itself, so nobody has to wonder about its silence.
    func sayGoodbye() {
        guard lastReportMs > 0 else { return }
        tellStatus(Heartbeat.key(of: Heartbeat.coordinator, configuration.instance), nil)
        do {
            try reporter?.flush(timeoutMs: 2_000)
        } catch {
            telemetry.log.debug("status is not told", [("error", .string("\(error)"))])
        }
    }

    private func tellStatus(_ key: String, _ value: [UInt8]?) {
        do {
            let producer = try reporter ?? makeProducer("status")
            reporter = producer
            producer.poll(timeoutMs: 0)
            try producer.produce(topic: configuration.statusTopic, partition: 0, key: Array(key.utf8), value: value)
        } catch {
            // The next one is due soon.
            telemetry.log.debug("status is not told", [("error", .string("\(error)"))])
        }
    }
}
