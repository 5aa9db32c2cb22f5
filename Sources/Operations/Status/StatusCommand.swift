// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

internal import CommandLine
internal import JSON
internal import Kafka

/// `syncctl status`.
struct StatusCommand {
    struct Report: Encodable {
        let instances: [Instance]
        let silentWorkers: [String]
        let gates: [ControlRecords.Gate]
        let holds: [ControlRecords.Hold]
    }

    struct Instance: Encodable {
        let heartbeat: Heartbeat
        let alive: Bool
        let ageSeconds: Int64
    }

    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "status",
            summary: "Shows the running workers, gates, holds, and how much waits or failed.",
            details:
                "An instance that gave no sign of life for 30 seconds is shown as silent; --all shows older ones too.",
            options: [
                .flag("json", "Print JSON."), .flag("all", short: "a", "Also instances that are silent for a day."),
            ]
        ) { context in
            let (heartbeats, control) = try Cluster.with(context.installation) { cluster in
                (try Self.heartbeats(context, cluster), try ControlRecords.read(context, cluster))
            }
            let now = context.now()
            let shown = heartbeats.filter { context.call.isSet("all") || now - $0.atMs < 86_400_000 }
            let living = Set(shown.filter { $0.isAlive(at: now) }.map(\.worker))
            let silent = context.installation.workers.filter { !living.contains($0) }
            if context.isJSON {
                let instances = shown.map {
                    Instance(heartbeat: $0, alive: $0.isAlive(at: now), ageSeconds: max(0, now - $0.atMs) / 1_000)
                }
                context.print(
                    json: Report(
                        instances: instances,
                        silentWorkers: silent,
                        gates: control.gates,
                        holds: control.holds
                    )
                )
            } else {
                Self.print(shown, silent: silent, control, context)
            }
            return .done
        }
    }

    /// The last heartbeat of every instance, by worker and instance.
    private static func heartbeats(_ context: CommandContext, _ cluster: Cluster) throws -> [Heartbeat] {
        var found: [String: Heartbeat] = [:]
        let document = JSONDocument()
        let partitions = try cluster.partitions(of: ["\(context.installation.prefix)sync.status"])
        let reader = RecordReader(cluster: cluster, progress: context.progress("reading status"))
        try reader.readAll(partitions) { message in
            guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
            found[key] = message.value.flatMap { try? document.parse($0) }.flatMap(Heartbeat.init)
        }
        return found.values.sorted { ($0.worker, $0.instance) < ($1.worker, $1.instance) }
    }

    private static func print(
        _ heartbeats: [Heartbeat],
        silent: [String],
        _ control: ControlRecords,
        _ context: CommandContext
    ) {
        var table = context.table(
            "WORKER",
            "INSTANCE",
            "STATE",
            "SEEN",
            "PARTITIONS",
            "GATE",
            "RECORDS",
            "WAITING",
            "FAILED",
            "HTTP"
        )
        for heartbeat in heartbeats {
            let isAlive = heartbeat.isAlive(at: context.now())
            let failed = heartbeat.failed.values.reduce(0, +)
            let waiting = heartbeat.waiting.values.reduce(0, +)
            table.add([
                .init(heartbeat.worker), .init(heartbeat.instance),
                isAlive
                    ? .init(heartbeat.state, heartbeat.state == "running" ? .good : .doubtful) : .init("silent", .bad),
                .init(context.age(heartbeat.atMs)), .init(ranges(heartbeat.partitions)),
                heartbeat.gateOpen ? "open" : .init("closed", .doubtful), .init(String(heartbeat.recordCount)),
                .init(String(waiting), waiting > 0 ? .doubtful : .plain),
                .init(String(failed), failed > 0 ? .bad : .plain), .init(heartbeat.http ?? "-"),
            ])
        }
        for worker in silent where !heartbeats.contains(where: { $0.worker == worker }) {
            table.add([.init(worker), "-", .init("not running", .bad), "-", "-", "-", "-", "-", "-", "-"])
        }
        context.console.print(table.text())
        for gate in control.gates where !gate.open {
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
