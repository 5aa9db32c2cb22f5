// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import JSON
import Kafka
import SyncModel
import TableMappings

/// `syncctl couplings list|show`.
struct CouplingsCommand {
    struct Row: Encodable {
        let pairKey: String
        let mapping: String
        let company: String
        let state: String
        let exists: Bool
        let key: String?
        let id: String
        let rowId: String
        let partition: Int32
        let updatedAt: String
    }

    let commands: OperatorCommand

    func command() -> Command {
        Command(
            "couplings",
            summary: "Lists and shows coupled pairs of records.",
            options: [.flag("json", "Print JSON.")],
            subcommands: [list(), show()]
        )
    }

    private func list() -> Command {
        commands.make(
            "list",
            summary: "Lists pairs, by mapping and natural key.",
            details: "Reads the couplings topics to their end and keeps the newest record of each pair in memory.",
            options: [
                .mapping("Only pairs of this table mapping."),
                .value(
                    "state",
                    short: "s",
                    placeholder: "S",
                    values: Offered.states,
                    "Only pairs in this state: waiting, pending, coupled, …"
                ),
                .value("limit", short: "n", placeholder: "N", "At most N pairs, 0 for all (default: 100)."),
            ]
        ) { context in
            let state = try context.call.value("state").map(Self.state)
            let limit = try context.call.integer("limit") ?? 100
            let mapping = context.call.value("mapping")
            let table = try Cluster.with(context.installation) { cluster in
                try CouplingReader(context: context, cluster: cluster).table(mapping: mapping)
            }
            let found = table.sorted {
                (mapping == nil || $0.pairKey.mapping == mapping) && (state == nil || $0.state == state)
            }
            let shown = limit == 0 ? found : Array(found.prefix(limit))
            if context.isJSON {
                context.print(json: shown.map(Row.init))
            } else {
                Self.print(shown, of: found.count, context)
            }
            return .done
        }
    }

    private static func state(_ text: String) throws(CommandError) -> Coupling.State {
        guard let state = Coupling.State(rawValue: text) else {
            let allowed = "waiting, pending, coupled, failed, skipped, broken, deleted, filtered"
            throw CommandError("--state: '\(text)' is not allowed; allowed: \(allowed)", .usage)
        }
        return state
    }

    private static func print(_ pairs: [PairGlance], of count: Int, _ context: CommandContext) {
        guard count > 0 else { return context.console.print("no pairs") }
        var table = context.table("MAPPING", "KEY", "STATE", "EXISTS", "BUSINESS CENTRAL ID", "DATAVERSE ID", "UPDATED")
        for pair in pairs {
            table.add([
                .init(pair.pairKey.mapping), .init(pair.key ?? "-"), .init(pair.state.rawValue, pair.state.style),
                .init(pair.exists ? "yes" : "no"), .init(pair.id), .init(pair.rowID),
                .init(context.age(pair.updatedAt)),
            ])
        }
        context.console.print(table.text())
        if pairs.count < count {
            context.console.print("\(pairs.count) of \(count) pairs; --limit 0 shows all")
        }
    }

    private func show() -> Command {
        commands.make(
            "show",
            summary: "Shows pairs with all that is known of them, and why they wait.",
            options: [.mapping("Only pairs of this table mapping.")],
            arguments: [.required("pair", "A pair key, an id of either side, or a natural key.")]
        ) { context in
            let query = PairQuery(context)
            return try Cluster.with(context.installation) { cluster in
                let reader = CouplingReader(context: context, cluster: cluster)
                let found = try Self.find(query, reader)
                guard !found.isEmpty else { throw CommandError("there is no pair '\(query.text)'", .no) }
                if context.isJSON {
                    context.console.print(
                        "[\(found.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: ",\n"))]"
                    )
                } else {
                    let isWaiting = found.contains { $0.coupling?.waiting != nil }
                    let table = isWaiting ? try reader.table() : CouplingTable()
                    for (index, record) in found.enumerated() {
                        if index > 0 { context.console.print("") }
                        CouplingText(context: context, table: table).print(record)
                    }
                }
                return .done
            }
        }
    }

    /// The newest records of the pairs that are meant, by pair key.
    private static func find(_ query: PairQuery, _ reader: CouplingReader) throws -> [CouplingReader.Record] {
        var found: [String: CouplingReader.Record] = [:]
        try reader.read(mapping: query.mapping) { record in
            let isMeant = record.coupling.map(query.matches) ?? false
            found[record.pairKey] = isMeant ? record : nil
        }
        return found.values.sorted { $0.pairKey < $1.pairKey }
    }
}

extension CouplingsCommand.Row {
    init(_ pair: PairGlance) {
        pairKey = pair.pairKey.description
        mapping = pair.pairKey.mapping
        company = pair.pairKey.company
        state = pair.state.rawValue
        exists = pair.exists
        key = pair.key
        id = pair.id
        rowId = pair.rowID
        partition = pair.partition
        updatedAt = Timestamp.text(milliseconds: pair.updatedAt)
    }
}

extension PairQuery {
    /// The query of a command whose first argument names a pair and that has the option `--mapping`.
    init(_ context: CommandContext) {
        self.init(
            context.call.argument(0) ?? "",
            mapping: context.call.value("mapping"),
            mappingNames: context.installation.mappings.mappings.map(\.name)
        )
    }
}

extension Coupling.State {
    /// How the state looks in a table.
    var style: TableFormatter.Style {
        switch self {
        case .coupled: .good
        case .waiting, .pending: .doubtful
        case .failed, .skipped: .bad
        case .broken, .deleted, .filtered: .faint
        }
    }
}
