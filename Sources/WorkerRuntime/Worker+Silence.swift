// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Telemetry

extension Worker {
    /// After a poll that gave no event: partitions that are open and have records are read anew where they give none.
    func lookForSilence() throws {
        guard !telemetry.reach.isLost, let paused else { return }
        let silent = silentEvents.look(at: clock(), openPositions(but: paused), ends: stableEnds)
        guard !silent.isEmpty else { return }
        report(silent)
        try readOn(closed: paused)
    }

    /// The same for the changelogs.
    func lookForSilenceOfChangelogs() throws {
        guard !telemetry.reach.isLost else { return }
        let silent = silentChangelogs.look(at: clock(), tail.positions, ends: stableEnds)
        guard !silent.isEmpty else { return }
        report(silent)
        try tail.readAnew()
    }

    /// Where reading goes on in what is open; behind control records too, which are not committed before the worker rests.
    private func openPositions(but paused: Set<TopicPartition>) -> [TopicPartition: Int64] {
        positions().filter { !paused.contains($0.key) }.reduce(into: [:]) { positions, next in
            positions[next.key] = max(next.value, ends[next.key] ?? 0)
        }
    }

    /// What cannot be asked now is asked the next time.
    private func stableEnds(_ partitions: [TopicPartition]) -> [TopicPartition: Int64] {
        do {
            return try admin.endOffsets(partitions, isolation: .readCommitted, timeoutMs: 2_000)
        } catch {
            telemetry.log.debug("whether partitions give what they have", [("error", .string("\(error)"))])
            return [:]
        }
    }

    private func report(_ silent: [TopicPartition]) {
        telemetry.silentPartitions.add(silent.count)
        for partition in silent {
            telemetry.log.warning(
                "a partition has records and gives none; it is assigned anew",
                [("kafka.partition", .string("\(partition)"))]
            )
        }
    }
}
