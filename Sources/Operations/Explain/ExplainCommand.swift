// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection

/// `syncctl explain`.
struct ExplainCommand {
    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "explain",
            summary:
                "Says why a record does not arrive: its coupling, its events, what it waits for down to the cause.",
            details: """
                The same as the coordinator's page of one record. The couplings topics are read whole, of the others the \
                newest records. Exit status 1 where the record has no coupling; what is known of it is told all the same.
                """,
            options: [
                .flag("json", "Print JSON."),
                .mapping("Only records of this table mapping."),
                .value("limit", short: "n", placeholder: "N", "The newest N of its events, changes, … (default: 10)."),
                .value("seconds", placeholder: "N", "Read for at most N seconds (default: 60)."),
            ],
            arguments: [.required("record", "A number, a code, an id of either side, or a pair key.")]
        ) { context in
            let query = PairQuery(context)
            guard !query.text.isEmpty else { throw CommandError("a number, a code or an id is missing", .usage) }
            if let mapping = context.call.value("mapping") { try context.installation.check(mapping: mapping) }
            var limits = SearchLimits()
            limits.records = try context.call.integer("limit", in: 0...1_000) ?? 10
            limits.timeMs = Int64(try context.call.integer("seconds", in: 1...86_400) ?? 60) * 1_000
            let report = try Cluster.with(context.installation) { cluster in
                try search(context, cluster, limits).run(query, now: context.now())
            }
            if context.isJSON {
                context.console.print(String(decoding: report.json, as: UTF8.self))
            } else {
                context.console.print(ExplanationText(report: report, context: context).text())
            }
            return report.isFound ? .done : .no
        }
    }

    private func search(
        _ context: CommandContext,
        _ cluster: Cluster,
        _ limits: SearchLimits
    ) throws -> RecordSearch {
        let scope = SearchScope(
            prefix: context.installation.prefix,
            mappings: context.installation.active,
            couplingsTopics: context.installation.couplingsTopics.map(\.topic),
            obstacles: try ObstacleReader(context: context, cluster: cluster).read()
        )
        return RecordSearch(
            cluster: cluster,
            scope: scope,
            limits: limits,
            reader: context.reader(cluster, "reading")
        )
    }
}
