// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import JSON
import Kafka
import SyncModel

/// `syncctl status`.
struct StatusCommand {
    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "status",
            summary: "Shows the running workers, how they keep up, their records by state, gates and holds.",
            details: """
                An instance that gave no sign of life for 30 seconds is shown as silent; --all shows older ones too. \
                How the workers keep up is the verdict of the active coordinator. \
                Records are counted from the couplings topics; --quick takes the counts of waiting and failed ones that \
                the workers give themselves.
                """,
            options: [
                .flag("json", "Print JSON."), .flag("all", short: "a", "Also instances that are silent for a day."),
                .flag("quick", short: "q", "Do not read the couplings topics."),
            ]
        ) { context in
            let now = context.now()
            let (heartbeats, control, counts) = try Cluster.with(context.installation) { cluster in
                let heartbeats = try Self.heartbeats(context, cluster)
                let living = heartbeats.filter { $0.isAlive(at: now) }
                return (
                    heartbeats, try ControlRecords.read(context, cluster), try Self.counts(living, context, cluster)
                )
            }
            let shown = heartbeats.filter { context.call.isSet("all") || now - $0.atMs < 86_400_000 }
            let living = Set(shown.filter { $0.isAlive(at: now) }.map(\.worker))
            let silent = ([Heartbeat.coordinator] + context.installation.workers).filter { !living.contains($0) }
            let verdicts = WorkerVerdicts(heartbeats, at: now)
            if context.isJSON {
                let instances = shown.map {
                    StatusReport.Instance(
                        heartbeat: StatusReport.Sign($0),
                        alive: $0.isAlive(at: now),
                        ageSeconds: max(0, now - $0.atMs) / 1_000
                    )
                }
                let report = StatusReport(
                    instances: instances,
                    silentWorkers: silent,
                    verdicts: verdicts.rows(of: context.installation.workers),
                    records: counts,
                    gates: control.gates.map(StatusReport.WorkerGate.init),
                    holds: control.holds.map(StatusReport.MappingHold.init)
                )
                context.print(json: report)
            } else {
                Self.print(shown, silent: silent, context)
                context.console.print("\n\(verdicts.text(of: context.installation.workers, context))")
                Self.print(counts, context)
                Self.print(control, context)
            }
            return .done
        }
    }

    /// The records by mapping: from the couplings topics where these are there and wanted, else from the heartbeats.
    private static func counts(
        _ living: [Heartbeat],
        _ context: CommandContext,
        _ cluster: Cluster
    ) throws -> [MappingCounts] {
        let mappings = context.installation.active
        let isThere = context.installation.couplingsTopics.allSatisfy { cluster.partitionCounts[$0.topic] != nil }
        guard isThere, !context.call.isSet("quick") else { return MappingCounts.of(living, mappings: mappings) }
        let table = try CouplingReader(context: context, cluster: cluster).table()
        return MappingCounts.of(table.sorted { _ in true }, mappings: mappings)
    }

    /// The last heartbeat of every instance, by worker and instance.
    static func heartbeats(_ context: CommandContext, _ cluster: Cluster) throws -> [Heartbeat] {
        var found: [String: Heartbeat] = [:]
        let document = JSONDocument()
        let partitions = try cluster.partitions(of: [context.installation.syncTopics.status])
        let reader = context.reader(cluster, "reading status")
        try reader.readAll(partitions) { message in
            guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
            let value = message.value.flatMap { try? document.parse($0) }
            found[key] = value.flatMap { Heartbeat(key: key, $0) }
        }
        return found.values.sorted { ($0.worker, $0.instance) < ($1.worker, $1.instance) }
    }

    private static func print(_ heartbeats: [Heartbeat], silent: [String], _ context: CommandContext) {
        var table = context.table("WORKER", "INSTANCE", "STATE", "SEEN", "PARTITIONS", "GATE", "HTTP")
        for heartbeat in heartbeats {
            let isAlive = heartbeat.isAlive(at: context.now())
            let isWell = ["running", "active", "standby"].contains(heartbeat.state)
            let gate: TableFormatter.Cell =
                heartbeat.worker == Heartbeat.coordinator
                ? "-" : heartbeat.gateOpen ? "open" : .init("closed", .doubtful)
            table.add([
                .init(heartbeat.worker), .init(heartbeat.instance),
                isAlive ? .init(heartbeat.state, isWell ? .good : .doubtful) : .init("silent", .bad),
                .init(context.age(heartbeat.atMs)), .init(ranges(heartbeat.partitions)), gate,
                .init(heartbeat.http ?? "-"),
            ])
        }
        for worker in silent where !heartbeats.contains(where: { $0.worker == worker }) {
            table.add([.init(worker), "-", .init("not running", .bad), "-", "-", "-", "-"])
        }
        context.console.print(table.text())
    }

    private static func print(_ counts: [MappingCounts], _ context: CommandContext) {
        var table = context.table("WORKER", "MAPPING", "COUPLED", "WAITING", "FAILED", "OTHER")
        for count in counts {
            let more = count.atLeast ? "+" : ""
            table.add([
                .init(count.worker), .init(count.mapping), .init(count.coupled.map(String.init) ?? "-"),
                .init("\(count.waiting)\(more)", count.waiting > 0 ? .doubtful : .plain),
                .init("\(count.failed)\(more)", count.failed > 0 ? .bad : .plain),
                .init(count.other.map(String.init) ?? "-"),
            ])
        }
        context.console.print("\n\(table.text())")
        if counts.contains(where: \.atLeast) {
            context.console.print("+: a worker stopped counting at 2000 records of a partition; there may be more")
        }
    }

    private static func print(_ control: ControlRecords, _ context: CommandContext) {
        for gate in control.gates where !gate.isOpen {
            let cause = gate.reason.map { ": \($0)" } ?? ""
            context.console.print("gate of \(gate.worker) is closed\(cause)")
        }
        for hold in control.holds {
            let reason = hold.reason.map { ": \($0)" } ?? ""
            context.console.print("\(hold.mapping) is held since \(hold.since ?? "-")\(reason)")
        }
    }

    /// Partition numbers in few words: `0-2,5`.
    static func ranges(_ partitions: [Int64]) -> String {
        var ranges: [ClosedRange<Int64>] = []
        for partition in partitions.sorted() {
            if let last = ranges.last, partition <= last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, partition)
            } else {
                ranges.append(partition...partition)
            }
        }
        let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return texts.isEmpty ? "-" : texts.joined(separator: ",")
    }
}
