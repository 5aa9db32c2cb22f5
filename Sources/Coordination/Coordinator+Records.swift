// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry

/// Who is active, and what the topics say.
extension Coordinator {
    /// Serves the group's changes.
    func followGroup() throws {
        // The partition is paused, so records come only where that failed, and are passed over.
        while let event = member.poll(timeoutMs: 0) {
            if case .error(let error) = event { try judge(error) }
        }
        guard !isMember, member.memberID != nil else { return }
        isMember = true
        view.update { $0.isMember = true }
    }

    /// Called inside the member's poll and close.
    func rebalanced(_ change: Consumer.Rebalance) {
        switch change {
        case .assigned(let partitions):
            guard !partitions.isEmpty else { return }
            do {
                try member.pause(partitions)
            } catch {
                telemetry.log.debug("pausing sync.control", [("error", .string("\(error)"))])
            }
            role = .takingOver(end: nil)
            telemetry.log.info("assigned; reading what was said last")
        case .revoked(let partitions), .lost(let partitions):
            guard !partitions.isEmpty else { return }
            role = .standby
            telemetry.log.info("standing by")
        }
        showRole()
    }

    /// Shows whether this coordinator decides.
    func showRole() {
        let isActive = role == .active
        telemetry.set(isActive: isActive)
        view.update { $0.isActive = isActive }
    }

    /// Takes what has arrived in control and status.
    func readRecords(timeoutMs: Int32) throws {
        var taken = 0
        defer { if taken > 0 { showLedger() } }
        while taken < 1_000, let event = reader.poll(timeoutMs: taken == 0 ? timeoutMs : 0) {
            taken += 1
            switch event {
            case .message(let message):
                telemetry.set(trouble: nil, for: "records")
                take(message)
            case .partitionEnd(let partition, let offset):
                telemetry.set(trouble: nil, for: "records")
                guard partition.topic == configuration.controlTopic else { continue }
                controlPosition = max(controlPosition, offset)
                telemetry.set(stage: nil)
            case .error(let error):
                try judge(error)
            }
        }
    }

    private func take(_ message: Message) {
        let isControl = message.topic == configuration.controlTopic
        if isControl { controlPosition = max(controlPosition, message.offset + 1) }
        do {
            if isControl {
                try ledger.takeControl(key: message.key, value: message.value)
            } else {
                try ledger.takeStatus(key: message.key, value: message.value)
            }
        } catch {
            // Nobody of this project wrote it, and the next record of its key replaces it.
            telemetry.log.warning(
                "record cannot be read",
                [
                    ("kafka.topic", .string(message.topic)), ("kafka.offset", .integer(message.offset)),
                    ("error", .string(error.description)),
                ]
            )
        }
    }

    /// Shows gates, holds and heartbeats as they are.
    func showLedger() {
        telemetry.show(ledger.gates, workers: decider.graph.workers)
        let ledger = ledger
        let gates = ledger.gates.values.sorted { $0.worker < $1.worker }
        let holds = ledger.holds.values.sorted { $0.mapping < $1.mapping }
        let heartbeats = ledger.heartbeats.values.sorted { $0.key < $1.key }
        view.update {
            $0.gates = gates
            $0.holds = holds
            $0.heartbeats = heartbeats
        }
    }

    /// A client's failure: one that it overcomes by itself is told, any other ends the run.
    private func judge(_ error: KafkaError) throws {
        switch error.disposition {
        case .retriable, .abortable:
            telemetry.set(trouble: "Kafka cannot be reached: \(error.name)", for: "kafka")
        case .permanent:
            telemetry.set(trouble: error.description, for: "records")
        case .fenced, .fatal:
            throw error
        }
    }
}
