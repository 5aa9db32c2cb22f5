// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import KafkaTestSupport
import SyncTestSupport

/// A first load in the worst order, with gates and without them in turn.
@main
struct GateLoad {
    static func main() {
        Command(
            "gate-load",
            summary: "Loads a company in the worst order on a real Kafka, with gates and without, and compares both.",
            details: "KAFKA_HOME names the folder of an Apache Kafka. Ends with 1 where an end is not as it has to be.",
            options: [
                .value("company", placeholder: "DIRECTORY", "The company's records (Examples/contoso)."),
                .value("copies", placeholder: "N", "How often the company is there (50)."),
                .value("runs", placeholder: "N", "Loads of each kind, in turn (1)."),
                .value("delivery", placeholder: "KIND", "SYNC_DELIVERY: confirmed or published (confirmed)."),
                .flag("backlog", "Everything lies in Kafka before the workers start; else it comes while they run."),
                .value("high", placeholder: "N", "SYNC_GATE_HIGH (5000)."),
                .value("low", placeholder: "N", "SYNC_GATE_LOW (500)."),
                .value("seed", placeholder: "N", "Decides prices and who bought what (1)."),
            ]
        ) { call in
            guard let home = RealBroker.home else {
                throw CommandError("KAFKA_HOME is not set; it names the folder of an Apache Kafka", .usage)
            }
            let delivery = call.value("delivery") ?? "confirmed"
            guard ["confirmed", "published"].contains(delivery) else {
                throw CommandError("--delivery is '\(delivery)'; it is confirmed or published", .usage)
            }
            var options = SourceHistory.Options(
                copies: try call.integer("copies", in: 1...10_000) ?? 50,
                seed: UInt64(try call.integer("seed") ?? 1)
            )
            options.isSnapshot = true
            let plan = Load.Plan(
                history: try SourceHistory(directory: call.value("company") ?? "Examples/contoso", options),
                executables: Bundle.main.executableURL?.deletingLastPathComponent().path ?? ".build/release",
                delivery: delivery,
                high: try call.integer("high", in: 1...1_000_000_000) ?? 5_000,
                low: try call.integer("low") ?? 500,
                isBacklog: call.isSet("backlog")
            )
            let runs = try call.integer("runs", in: 1...100) ?? 1
            var all: [LoadFigures] = []
            for run in 1...runs {
                // Every other time the other kind begins, so that neither is always the first.
                for hasGates in run % 2 == 1 ? [true, false] : [false, true] {
                    let broker = try RealBroker(home: home)
                    defer { broker.stop() }
                    let name = "\(hasGates ? "gates" : "open")\(run)"
                    let figures = try Load.run(plan, on: broker, name: name, hasGates: hasGates)
                    for gate in figures.gates { call.console.print("\(name), \(gate)") }
                    for fault in figures.faults.prefix(20) { call.console.print("\(name), wrong: \(fault)") }
                    all.append(figures)
                }
            }
            call.console.print("\(plan.history.events.count) events, \(plan.delivery) delivery")
            for table in LoadTables(all).texts { call.console.print(table) }
            return all.allSatisfy(\.faults.isEmpty) ? 0 : 1
        }.runAndExit()
    }
}
