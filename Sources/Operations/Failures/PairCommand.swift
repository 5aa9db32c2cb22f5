// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import Kafka
import SyncModel
import TableMappings

/// `syncctl retry|skip|restore`: a command for one pair, sent to its owner's inbox.
struct PairCommand {
    struct Sent: Encodable {
        let command: String
        let pairKey: String
        let topic: String
        let partition: Int32
    }

    let commands: OperatorCommand

    /// The three commands.
    func all() -> [Command] { PairOrder.allCases.map(command) }

    private func command(_ order: PairOrder) -> Command {
        commands.make(
            order.rawValue,
            summary: order.summary,
            details: "The record's worker does it as soon as it reads its inbox; see 'syncctl couplings show'.",
            options: [
                .flag("json", "Print JSON."),
                .mapping("The table mapping, where a key names several pairs."),
            ],
            arguments: [.required("pair", "A pair key, an id of either side, or a natural key.")]
        ) { context in
            let query = PairQuery(context)
            return try Cluster.with(context.installation) { cluster in
                let table = try CouplingReader(context: context, cluster: cluster).table(mapping: query.mapping)
                let pair = try Self.only(table.sorted(where: query.matches), query)
                try Self.send(order, to: pair, context, cluster)
                return .done
            }
        }
    }

    /// The one pair that is meant.
    private static func only(_ pairs: [PairGlance], _ query: PairQuery) throws(CommandError) -> PairGlance {
        guard let pair = pairs.first else { throw CommandError("there is no pair '\(query.text)'", .no) }
        guard pairs.count == 1 else {
            let keys = pairs.prefix(5).map { "'\($0.pairKey)'" }.joined(separator: ", ")
            throw CommandError("'\(query.text)' names \(pairs.count) pairs; name one by its pair key: \(keys)", .usage)
        }
        return pair
    }

    private static func send(
        _ order: PairOrder,
        to pair: PairGlance,
        _ context: CommandContext,
        _ cluster: Cluster
    ) throws {
        let installation = context.installation
        guard let worker = installation.mappings[pair.pairKey.mapping]?.worker else {
            throw CommandError("no worker runs the mapping \(pair.pairKey.mapping)", .no)
        }
        let inbox = OwnerInbox(of: worker, cluster: cluster, prefix: installation.prefix)
        let place = try inbox.send(order, to: pair, at: context.now())
        if context.isJSON {
            let sent = Sent(
                command: order.rawValue,
                pairKey: pair.pairKey.description,
                topic: place.topic,
                partition: place.partition
            )
            context.print(json: sent)
        } else {
            context.console.print("\(order.rawValue) of \(pair.pairKey) sent to \(worker)")
        }
    }
}
