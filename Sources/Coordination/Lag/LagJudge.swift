// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Judges the workers by their lag over the last minute; knows neither Kafka nor the clock.
struct LagJudge: Sendable {
    /// Heartbeats that were given before the start are read by then, in milliseconds.
    private static let patienceMs: Int64 = 10_000

    /// What is known of a worker besides its lag.
    struct Circumstances: Sendable {
        /// The worker.
        var worker: String
        /// Its consumer group.
        var group: String
        /// When an instance of it last gave a sign of life, in milliseconds since 1970; nil: never.
        var seenMs: Int64?
        /// The topics that it does not read at present, each with what holds it back.
        var heldTopics: [String: String]
    }

    private struct Place: Hashable {
        let group: String
        let topic: String
        let partition: Int32
    }

    private var windows: [Place: LagWindow] = [:]
    private var firstMs: Int64?

    /// Takes a round of lag and judges every worker that it tells of.
    ///
    /// - Parameters:
    ///   - report: the lag; its time is that of the judgement.
    ///   - workers: in the order of the verdicts.
    /// - Returns: a verdict for each worker whose lag is known.
    mutating func judge(_ report: LagReport, workers: [Circumstances]) -> [WorkerVerdict] {
        firstMs = min(firstMs ?? report.atMs, report.atMs)
        var kept: [Place: LagWindow] = [:]
        for partition in report.partitions {
            let place = Place(group: partition.group, topic: partition.topic, partition: partition.partition)
            var window = windows[place] ?? LagWindow()
            window.take(atMs: report.atMs, committed: partition.committed, lag: partition.lag)
            kept[place] = window
        }
        // A group whose lag could not be asked for keeps what was seen of it; partitions that are gone are forgotten.
        let asked = Set(report.partitions.map(\.group))
        for (place, window) in windows where kept[place] == nil && !asked.contains(place.group) { kept[place] = window }
        windows = kept
        return workers.filter { asked.contains($0.group) }.map { judge($0, report) }
    }

    private func judge(_ worker: Circumstances, _ report: LagReport) -> WorkerVerdict {
        var worst = Verdict.ok
        var reason: String?
        var records: Int64 = 0
        var seconds = 0.0
        var movedMs: Int64?
        for partition in report.partitions where partition.group == worker.group {
            let place = Place(group: partition.group, topic: partition.topic, partition: partition.partition)
            guard let window = windows[place] else { continue }
            let progress = window.progress
            records += progress.records
            seconds = max(seconds, progress.seconds)
            movedMs = [movedMs, window.movedAtMs].compactMap(\.self).max()
            let holder = partition.lag > 0 ? worker.heldTopics[partition.topic] : nil
            let verdict = holder == nil ? window.verdict : .heldBack
            if verdict > worst {
                worst = verdict
                reason = holder ?? Self.words(verdict, window, partition)
            }
        }
        if let silence = silence(of: worker, movedMs: movedMs, nowMs: report.atMs) {
            worst = .stopped
            reason = silence
        }
        return WorkerVerdict(
            worker: worker.worker,
            verdict: worst,
            reason: reason,
            rate: seconds > 0 ? Double(records) / seconds : 0
        )
    }

    /// Why a worker counts as stopped; nil where it does not.
    private func silence(of worker: Circumstances, movedMs: Int64?, nowMs: Int64) -> String? {
        let limit = Heartbeat.silenceLimitMs
        // Whoever commits lives; and the first rounds come before the heartbeats are read.
        let lastMs = max(worker.seenMs ?? .min, movedMs ?? .min)
        guard let firstMs, nowMs - firstMs >= Self.patienceMs else { return nil }
        guard lastMs == .min || nowMs - lastMs > limit else { return nil }
        return lastMs == .min ? "no instance was ever seen" : "no sign of life for \(Self.span(nowMs - lastMs))"
    }

    private static func words(_ verdict: Verdict, _ window: LagWindow, _ partition: PartitionLag) -> String? {
        let place = "\(partition.topic)[\(partition.partition)]"
        guard let first = window.samples.first, let last = window.samples.last else { return nil }
        switch verdict {
        case .ok, .heldBack, .stopped: return nil
        case .slow:
            return "\(place): lag grew from \(first.lag) to \(last.lag) in \(span(last.atMs - first.atMs))"
        case .stalled:
            return "\(place): nothing committed for \(span(last.atMs - window.sinceMs)), \(last.lag) records behind"
        }
    }

    /// A time in one unit: `45 s`, `12 min`, `3 h`, `2 d`.
    static func span(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1_000)
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        return seconds < 172_800 ? "\(seconds / 3_600) h" : "\(seconds / 86_400) d"
    }
}
