// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry

/// Lag, and the gates that follow from it.
extension Coordinator {
    /// Asks Kafka for lag when it is time, decides, and tells the gates that change.
    ///
    /// Where Kafka does not answer, gates stay as they are. Between two rounds that are shown and judged, gates in motion are
    /// looked at more often.
    func askIfDue() throws {
        let now = clock()
        // A clock that was set back must not stop the questions.
        let isRound = lastPollMs.map { now < $0 || now - $0 >= configuration.pollIntervalMs } ?? true
        guard isRound || (isInMotion && now - lastLookMs >= configuration.motionIntervalMs) else { return }
        lastLookMs = now
        if isRound { lastPollMs = now }
        defer { if isRound { view.endRound() } }
        do {
            let asker = LagReader(configuration: configuration, workers: decider.graph.workers, admin: admin)
            let (report, problems) = try asker.read(nowMs: now)
            if isRound {
                view.update {
                    $0.lag = report
                    $0.lagProblems = problems
                }
                judgeWorkers(by: report)
                try takeOverIfRead()
            }
            if role == .active { try decide(report.lags, at: now) }
            telemetry.set(trouble: nil, for: "kafka")
            let unknown = problems.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
            telemetry.set(trouble: unknown.isEmpty ? nil : "lag is not known of \(unknown)", for: "lag")
        } catch let error as KafkaError {
            telemetry.set(trouble: "lag cannot be asked for: \(error.description)", for: "kafka")
        }
    }

    /// Becomes active once everything that was said before the assignment is read.
    private func takeOverIfRead() throws {
        guard case .takingOver(let known) = role else { return }
        let control = TopicPartition(configuration.controlTopic, 0)
        let end = try known ?? endOffset(of: control)
        role = controlPosition >= end ? .active : .takingOver(end: end)
        guard role == .active else { return }
        telemetry.log.info("active", [("kafka.offset", .integer(end))])
        telemetry.tookOver()
        showRole()
    }

    private func endOffset(of partition: TopicPartition) throws -> Int64 {
        try admin.endOffsets([partition], isolation: .readUncommitted, timeoutMs: LagReader.timeoutMs)[partition] ?? 0
    }

    private func decide(_ lags: [String: Int64], at now: Int64) throws {
        let unconfirmed = view.unconfirmed
        defer {
            isInMotion =
                ledger.gates.values.contains { !$0.isOpen }
                || decider.graph.workers.contains { lags[$0, default: 0] + unconfirmed[$0, default: 0] > decider.low }
        }
        let changed = decider.decide(lags: lags, unconfirmed: unconfirmed, gates: ledger.gates, nowMs: now)
        guard !changed.isEmpty else { return }
        try tell(changed)
        for gate in changed {
            let wasOpen = ledger.gates[gate.worker]?.isOpen ?? true
            ledger.told(gate)
            telemetry.told(gate, isFlip: wasOpen != gate.isOpen)
        }
        showLedger()
    }

    /// Writes the gates to `sync.control` and waits until they are there.
    ///
    /// Where that fails they are decided anew; one that arrives late all the same is read back like any other.
    private func tell(_ gates: [Gate]) throws {
        let producer = try producer ?? makeProducer("gates")
        self.producer = producer
        do {
            var writer = JSONWriter()
            for gate in gates {
                writer.removeAll()
                gate.write(to: &writer)
                let key = Array(gate.key.utf8)
                try producer.produce(topic: configuration.controlTopic, partition: 0, key: key, value: writer.bytes)
            }
            try producer.flush(timeoutMs: LagReader.timeoutMs)
        } catch let error as KafkaError where error.disposition == .fatal {
            producer.close()
            self.producer = nil
            throw error
        }
    }
}
