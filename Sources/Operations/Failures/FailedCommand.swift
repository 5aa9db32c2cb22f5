// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import SyncModel

/// `syncctl failed`.
struct FailedCommand {
    struct Record: Encodable {
        let pairKey: String
        let mapping: String
        let key: String
        let state: String
        let failures: Int
        let tries: Int
        let errorClass: String?
        let code: String?
        let message: String?
        let updatedAt: String
    }

    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "failed",
            summary: "Shows the records that failed or are skipped, and why.",
            details: """
                A failed record is tried again when its source changes, or by 'syncctl retry'. After SYNC_ERROR_LIMIT \
                failures in a row with the same error it is skipped until 'syncctl restore'; COUNTED says how many of its \
                tries count towards that.
                """,
            options: [
                .flag("json", "Print JSON."),
                .mapping("Only records of this table mapping."),
                .value("limit", short: "n", placeholder: "N", "At most N records, 0 for all (default: 50)."),
            ]
        ) { context in
            let limit = try context.call.integer("limit") ?? 50
            let mapping = context.call.value("mapping")
            let table = try Cluster.with(context.installation) { cluster in
                try CouplingReader(context: context, cluster: cluster).table(mapping: mapping)
            }
            let found = table.sorted { $0.hasFailed && (mapping == nil || $0.pairKey.mapping == mapping) }
                .sorted { $0.updatedAt > $1.updatedAt }
            let shown = limit == 0 ? found : Array(found.prefix(limit))
            if context.isJSON {
                context.print(json: shown.map(Record.init))
            } else if found.isEmpty {
                context.console.print("nothing failed")
            } else {
                Self.print(shown, context)
                if shown.count < found.count {
                    context.console.print("\(shown.count) of \(found.count) failed records; --limit 0 shows all")
                }
            }
            return .done
        }
    }

    private static func print(_ pairs: [PairGlance], _ context: CommandContext) {
        var table = context.table("MAPPING", "KEY", "ID", "STATE", "TRIES", "COUNTED", "AGE", "ERROR")
        for pair in pairs {
            let error = pair.error.map { "\($0.code): \($0.message)" } ?? "-"
            table.add([
                .init(pair.pairKey.mapping), .init(pair.key ?? "-"), .init(pair.pairKey.id),
                .init(pair.state.rawValue, pair.state.style), .init(String(pair.tries)),
                .init(String(pair.failures)), .init(context.age(pair.updatedAt)), .init(error),
            ])
        }
        context.console.print(table.text())
    }
}

extension FailedCommand.Record {
    init(_ pair: PairGlance) {
        pairKey = pair.pairKey.description
        mapping = pair.pairKey.mapping
        key = pair.name
        state = pair.state.rawValue
        failures = pair.failures
        tries = pair.tries
        errorClass = pair.error?.errorClass.rawValue
        code = pair.error?.code
        message = pair.error?.message
        updatedAt = Timestamp.text(milliseconds: pair.updatedAt)
    }
}
