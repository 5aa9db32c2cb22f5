// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import SyncModel
import TableMappings

/// `syncctl mappings`: shows and checks the table mappings that the settings name; needs no Kafka.
public enum MappingsCommand {
    private static let settings: [Setting] = [.mappingsDirectory] + TableMapping.Condition.settings

    /// Makes the group of commands.
    public static func make() -> Command {
        Command(
            "mappings",
            summary: "Shows and checks the table mappings.",
            options: [.flag("json", "Print JSON.")],
            subcommands: [
                Command("list", summary: "Lists all table mappings and who runs them.", settings: settings) { call in
                    try print(call) {
                        $0.listJSON()
                    } text: {
                        $0.list(console: call.console)
                    }
                },
                Command(
                    "show",
                    summary: "Shows a table mapping with its fields.",
                    arguments: [.required("mapping", "Its name, such as ITEM-PRODUCT.").offering(Offered.mappings)],
                    settings: settings,
                    run: show
                ),
                Command(
                    "check",
                    summary: "Reads all mapping files and says what is wrong; exit status 1 if anything is.",
                    settings: settings,
                    run: check
                ),
                Command(
                    "graph",
                    summary: "Shows which table mappings have to come before which.",
                    options: [.flag("dot", "Print Graphviz's language, for `dot -Tsvg`.")],
                    settings: settings
                ) { call in
                    try print(call) {
                        $0.graphJSON()
                    } text: {
                        $0.graph(asDot: call.isSet("dot"))
                    }
                },
            ]
        )
    }

    private static func show(_ call: Invocation) throws -> Int32 {
        let name = call.argument(0) ?? ""
        return try print(call) { report in
            try report.showJSON(name)
        } text: { report in
            try report.show(name)
        }
    }

    private static func check(_ call: Invocation) throws -> Int32 {
        try print(call) { _ in
            MappingsReport.checkJSON(nil)
        } text: {
            $0.check()
        }
    }

    /// Loads the mappings and prints what a closure makes of them, or everything that is wrong with them.
    private static func print(
        _ call: Invocation,
        json: (MappingsReport) throws -> String,
        text: (MappingsReport) throws -> String
    ) throws -> Int32 {
        let settings = try call.loadSettings(isKafkaProperty: { _ in true })
        let catalog: MappingCatalog
        do throws(MappingErrors) {
            catalog = try MappingCatalog.load(overrides: settings[.mappingsDirectory])
        } catch {
            if call.isSet("json") { call.console.printRaw(MappingsReport.checkJSON(error)) }
            for problem in error.problems {
                // A line of a file is a link in editors; what is wrong with the whole directory names its setting.
                call.console.printError(problem.line == 0 ? "SYNC_MAPPINGS_DIR: \(problem)" : problem.description)
            }
            return ExitCode.no.rawValue
        }
        let conditions = TableMapping.Condition.holding(settings)
        let report = MappingsReport(catalog: catalog, conditions: conditions)
        call.console.printRaw(call.isSet("json") ? try json(report) : try text(report))
        return ExitCode.done.rawValue
    }
}
