// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import SyncModel

/// `syncctl waiting`.
struct WaitingCommand {
    struct Record: Encodable {
        let pairKey: String
        let mapping: String
        let key: String
        let since: String
        let seconds: Int64
        let deferred: Bool
        let chains: [[Link]]
        /// A word for each chain: the finding of its last link, or what keeps the worker there from going on.
        let causes: [String]
    }

    struct Link: Encodable {
        let mapping: String
        let key: String
        let finding: String
        let error: String?
    }

    struct Found {
        let pair: PairGlance
        let chains: [WaitingChain]
        let causes: [RootCause]
    }

    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "waiting",
            summary: "Shows which records wait, for what, since when, and the root cause.",
            details: """
                A record waits until what it refers to exists on the other side. The root cause is found by following \
                the couplings as they stand now: the reference was never seen, is filtered out, deleted, failed or \
                skipped, or is sent and not confirmed. Of what was never seen it says whether a gate, a hold or a \
                worker that does not run is why.
                """,
            options: [
                .flag("json", "Print JSON."),
                .mapping("Only records of this table mapping."),
                .value("limit", short: "n", placeholder: "N", "At most N records, 0 for all (default: 50)."),
            ]
        ) { context in
            let limit = try context.call.integer("limit") ?? 50
            let mapping = context.call.value("mapping")
            // All topics are read, since what is waited for may be any worker's; the name is checked all the same.
            if let mapping { _ = try context.installation.couplingsTopic(of: mapping) }
            let (table, obstacles) = try Cluster.with(context.installation) { cluster in
                (
                    try CouplingReader(context: context, cluster: cluster).table(),
                    try ObstacleReader(context: context, cluster: cluster).read()
                )
            }
            let waiting = table.sorted { $0.isWaiting && (mapping == nil || $0.pairKey.mapping == mapping) }
                .sorted { ($0.waitsSince ?? 0) < ($1.waitsSince ?? 0) }
            let found = waiting.map { pair in
                let chains = WaitingChain.chains(of: pair, in: table)
                let causes = chains.map {
                    RootCause(of: $0, mapping: pair.pairKey.mapping, obstacle: obstacles.obstacle)
                }
                return Found(pair: pair, chains: chains, causes: causes)
            }
            let shown = limit == 0 ? found : Array(found.prefix(limit))
            if context.isJSON {
                context.print(json: shown.map { Record($0, now: context.now()) })
            } else if found.isEmpty {
                context.console.print("nothing waits")
            } else {
                Self.print(shown, context)
                if shown.count < found.count {
                    context.console.print("\(shown.count) of \(found.count) waiting records; --limit 0 shows all")
                }
                Self.printCauses(found.map(\.causes), context)
            }
            return .done
        }
    }

    private static func print(_ found: [Found], _ context: CommandContext) {
        var table = context.table("MAPPING", "KEY", "SINCE", "WAITS FOR", "ROOT CAUSE")
        for record in found {
            let pair = record.pair
            var isFirst = true
            for (chain, cause) in zip(record.chains, record.causes) {
                let first = chain.links[0]
                table.add([
                    .init(isFirst ? pair.pairKey.mapping : ""), .init(isFirst ? pair.name : ""),
                    .init(isFirst ? context.age(pair.waitsSince ?? 0) : ""), .init("\(first.mapping) \(first.key)"),
                    .init(cause.text, cause.style),
                ])
                isFirst = false
            }
        }
        context.console.print(table.text())
    }

    /// The root causes, those that hold most records first.
    private static func printCauses(_ causes: [[RootCause]], _ context: CommandContext) {
        var counts: [RootCause: Int] = [:]
        for ofOne in causes {
            for cause in Set(ofOne) { counts[cause, default: 0] += 1 }
        }
        let sorted = counts.sorted { ($1.value, $0.key.text) < ($0.value, $1.key.text) }
        var table = context.table("RECORDS", "ROOT CAUSE")
        for (cause, count) in sorted.prefix(10) {
            table.add([.init(String(count)), .init(cause.text, cause.style)])
        }
        context.console.print("\n\(table.text())")
    }
}

extension WaitingCommand.Record {
    init(_ found: WaitingCommand.Found, now: Int64) {
        let pair = found.pair
        pairKey = pair.pairKey.description
        mapping = pair.pairKey.mapping
        key = pair.name
        since = Timestamp.text(milliseconds: pair.waitsSince ?? 0)
        seconds = max(0, now - (pair.waitsSince ?? now)) / 1_000
        deferred = pair.isDeferred
        chains = found.chains.map { $0.links.map(WaitingCommand.Link.init) }
        causes = found.causes.map(\.word)
    }
}

extension WaitingCommand.Link {
    init(_ link: WaitingChain.Link) {
        mapping = link.mapping
        key = link.key
        finding = link.finding.word
        switch link.finding {
        case .failed(let error), .skipped(let error): self.error = error.map { "\($0.code): \($0.message)" }
        default: error = nil
        }
    }
}

extension RootCause {
    /// What readers are told, with the record's name.
    fileprivate var text: String { "\(link.mapping) \(link.key) \(words)" }

    var style: TableFormatter.Style {
        obstacle?.kind == .workerStopped ? .bad : obstacle == nil ? link.finding.style : .faint
    }
}

extension WaitingChain.Finding {
    /// How the finding looks in a table.
    var style: TableFormatter.Style {
        switch self {
        case .failed, .skipped, .circle: .bad
        case .unseen, .sumsDiffer, .filtered, .deleted, .referenced: .doubtful
        case .unconfirmed, .waiting, .exists, .undecided: .faint
        }
    }
}
