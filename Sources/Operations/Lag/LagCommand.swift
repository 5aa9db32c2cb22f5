// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Inspection
import Kafka

/// `syncctl lag`.
struct LagCommand {
    struct Row: Encodable {
        let group: String
        let topic: String
        let partition: Int32
        let committed: Int64?
        let end: Int64
        let lag: Int64?
        let seconds: Double?
    }

    struct Report: Encodable {
        let partitions: [Row]
        /// Left out where no coordinator is active.
        let verdicts: [WorkerVerdicts.Row]?
        let total: Int64
        let maximum: Int?
        let ok: Bool
    }

    /// The time between two tables of `--watch`.
    private static let watchIntervalMs = 2_000

    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "lag",
            summary: "Shows how far the consumer groups are behind, and how the workers keep up.",
            details: """
                Lag is the end of the partition less the committed offset, as kafka-consumer-groups.sh counts it, and \
                '-' where nothing was committed. SECONDS is how old the next unread record is. With --max the exit \
                code is 1 when a partition has more unread records; where nothing was committed, all are unread. \
                How a worker keeps up is the verdict of the active coordinator.
                """,
            options: [
                .flag("json", "Print JSON; with --watch an object on each line."),
                .value(
                    "group",
                    short: "g",
                    placeholder: "G",
                    values: Offered.workers,
                    "Only this group (default: those of all workers)."
                ),
                .flag("watch", short: "w", "Go on until interrupted, every 2 seconds."),
                .value("max", placeholder: "N", "Exit with 1 when a partition lags more than N records."),
            ]
        ) { context in
            let maximum = try context.call.integer("max")
            let isWatching = context.call.isSet("watch")
            if isWatching { TerminationSignals.install() }
            return try Cluster.with(context.installation) { cluster in
                let reader = LagReader(context: context, cluster: cluster)
                let groups = reader.groups(context.call.value("group"))
                let workers = context.installation.workers.filter {
                    groups.contains(context.installation.prefix + $0)
                }
                while true {
                    let lags = try reader.read(groups)
                    if lags.isEmpty, let group = context.call.value("group") {
                        throw CommandError(
                            "no group \"\(group)\" reads anything; without --group those of all workers are shown",
                            .usage
                        )
                    }
                    let isOver = maximum.map { limit in lags.contains { $0.exceeds(limit) } } ?? false
                    let verdicts = workers.isEmpty ? nil : try WorkerVerdicts.read(context, cluster)
                    let report = Report(
                        partitions: lags.map(Row.init),
                        verdicts: verdicts?.rows(of: workers),
                        total: lags.compactMap(\.lag).reduce(0, +),
                        maximum: maximum,
                        ok: !isOver
                    )
                    let judged = verdicts.map { $0.text(of: workers, context) }
                    Self.print(report, lags, judged, isWatching: isWatching, context)
                    guard isWatching, context.console.outputFailure == nil, Self.waited() else {
                        return isOver ? .no : .done
                    }
                }
            }
        }
    }

    /// Waits for the next round; false when the process was asked to end.
    private static func waited() -> Bool {
        for _ in 0..<(watchIntervalMs / 100) {
            if TerminationSignals.isRequested { return false }
            usleep(100_000)
        }
        return !TerminationSignals.isRequested
    }

    private static func print(
        _ report: Report,
        _ lags: [PartitionLag],
        _ judged: String?,
        isWatching: Bool,
        _ context: CommandContext
    ) {
        if context.isJSON { return context.console.print(JSONOutput.text(report, isPretty: !isWatching)) }
        if isWatching, context.console.width != nil { context.console.printRaw("\u{1B}[H\u{1B}[2J") }
        context.console.print(text(lags, maximum: report.maximum, context))
        if let judged { context.console.print("\n\(judged)") }
        if isWatching, context.console.width == nil { context.console.print("") }
    }

    private static func text(_ lags: [PartitionLag], maximum: Int?, _ context: CommandContext) -> String {
        guard !lags.isEmpty else { return "no group reads anything" }
        var table = context.table("GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "SECONDS")
        for lag in lags {
            let isOver = maximum.map(lag.exceeds) ?? false
            let style: TableFormatter.Style = isOver ? .bad : lag.unread > 0 ? .doubtful : .plain
            table.add([
                .init(lag.group), .init(lag.partition.topic), .init(String(lag.partition.partition)),
                .init(lag.committed.map(String.init) ?? "-"), .init(String(lag.end)),
                .init(lag.lag.map(String.init) ?? "-", style), .init(Row(lag).seconds.map { "\($0)" } ?? "-"),
            ])
        }
        return table.text()
    }
}

extension LagCommand.Row {
    init(_ lag: PartitionLag) {
        group = lag.group
        topic = lag.partition.topic
        partition = lag.partition.partition
        committed = lag.committed
        end = lag.end
        self.lag = lag.lag
        seconds = lag.ageMs.map { Double($0 / 100) / 10 }
    }
}
