// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import Kafka
import SyncModel
import TableMappings

/// `syncctl hold|release`.
struct HoldCommands {
    struct Report: Encodable {
        let mapping: String
        let held: Bool
        let wasHeld: Bool
        let topics: [String]
        let alsoHeld: [String]
        let dependents: [String]
    }

    let commands: OperatorCommand

    /// Both commands.
    func all() -> [Command] { [hold(), release()] }

    private func hold() -> Command {
        commands.make(
            "hold",
            summary: "Stops a table mapping: its worker no longer reads the topics that feed it.",
            details:
                "The backlog stays in Kafka, to be seen as lag, until 'syncctl release'. See 'syncctl status' for holds.",
            options: [
                .flag("json", "Print JSON."),
                .value("reason", short: "r", placeholder: "TEXT", "Why, for those who look at the status."),
            ],
            arguments: [.required("mapping", "The table mapping, such as ITEM-PRODUCT.").offering(Offered.mappings)]
        ) { context in
            try Self.set(context, isHeld: true)
        }
    }

    private func release() -> Command {
        commands.make(
            "release",
            summary: "Lets a table mapping go on that is held.",
            options: [.flag("json", "Print JSON.")],
            arguments: [.required("mapping", "The table mapping, such as ITEM-PRODUCT.").offering(Offered.mappings)]
        ) { context in
            try Self.set(context, isHeld: false)
        }
    }

    private static func set(_ context: CommandContext, isHeld: Bool) throws -> ExitCode {
        let installation = context.installation
        let name = context.call.argument(0) ?? ""
        let mappings = installation.active.filter { $0.name == name }
        // What no longer runs can still be released.
        guard !mappings.isEmpty || (!isHeld && installation.mappings[name] != nil) else {
            let names = installation.active.map(\.name).joined(separator: ", ")
            throw CommandError("no worker runs a mapping '\(name)'; those that run: \(names)", .usage)
        }
        let reach = HoldReach(of: name, among: installation.active)
        let wasHeld = try Cluster.with(installation) { cluster in
            let isKnown = try ControlRecords.read(context, cluster).holds.contains { $0.mapping == name }
            // Only the command that puts a hold asks for a reason.
            let hold = isHeld ? Hold(mapping: name, reason: context.call.value("reason"), sinceMs: context.now()) : nil
            let topic = installation.syncTopics.control
            try cluster.produce(topic: topic, partition: 0, key: Array(Hold.key(of: name).utf8), value: hold?.record)
            return isKnown
        }
        let report = Report(
            mapping: name,
            held: isHeld,
            wasHeld: wasHeld,
            topics: reach.entities.map(installation.syncTopics.changes),
            alsoHeld: reach.alsoHeld,
            dependents: reach.dependents
        )
        if context.isJSON {
            context.print(json: report)
        } else {
            print(report, worker: mappings.first?.worker ?? "-", context.console)
        }
        return .done
    }

    private static func print(_ report: Report, worker: String, _ console: Console) {
        guard report.held else {
            return console.print("\(report.mapping) \(report.wasHeld ? "is released" : "was not held")")
        }
        console.print("\(report.mapping) is held\(report.wasHeld ? " (as before)" : "")")
        console.print("  \(worker) no longer reads \(report.topics.joined(separator: ", "))")
        if !report.alsoHeld.isEmpty {
            console.print("  held with it, fed by the same topics: \(report.alsoHeld.joined(separator: ", "))")
        }
        if !report.dependents.isEmpty {
            console.print("  may wait for its records: \(report.dependents.joined(separator: ", "))")
        }
    }
}
