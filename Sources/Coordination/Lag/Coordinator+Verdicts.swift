// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// How the workers keep up.
extension Coordinator {
    /// Judges the workers by a round of lag and keeps it for the charts.
    func judgeWorkers(by report: LagReport) {
        let verdicts = lagJudge.judge(report, workers: decider.graph.workers.map(circumstances))
        var seconds: [String: Int64] = [:]
        for beat in ledger.heartbeats.values where beat.isAlive(at: report.atMs) {
            guard let lag = beat.lagSeconds else { continue }
            seconds[beat.worker] = max(seconds[beat.worker] ?? 0, lag)
        }
        view.update { snapshot in
            snapshot.verdicts = verdicts
            snapshot.lagSeconds = seconds
            for verdict in verdicts {
                guard let lag = report.lags[verdict.worker] else { continue }
                snapshot.history.take(
                    verdict.worker,
                    atMs: report.atMs,
                    lag: lag,
                    seconds: seconds[verdict.worker],
                    rate: verdict.rate
                )
            }
        }
    }

    private func circumstances(of worker: String) -> LagJudge.Circumstances {
        let beats = ledger.heartbeats.values.filter { $0.worker == worker && $0.state != "stopping" }
        return LagJudge.Circumstances(
            worker: worker,
            group: configuration.group(of: worker),
            seenMs: beats.map(\.atMs).max(),
            heldTopics: configuration.heldTopics(of: worker, gates: ledger.gates, holds: ledger.holds)
        )
    }
}
