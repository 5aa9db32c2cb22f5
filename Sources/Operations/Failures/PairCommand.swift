// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import JSON
import Kafka
import SyncModel
import TableMappings

/// `syncctl retry|skip|restore`: a command for one pair, sent to its owner's inbox.
struct PairCommand {
    /// What a pair's owner is asked to do.
    enum Order: String, CaseIterable {
        case retry, skip, restore

        var summary: String {
            switch self {
            case .retry: "Tries a failed or skipped record again."
            case .skip: "Leaves a record out until it is restored."
            case .restore: "Takes a skipped record in again."
            }
        }

        /// Why the order makes no sense for a pair; nil where it does.
        func refusal(_ state: Coupling.State) -> String? {
            switch (self, state) {
            case (.retry, .failed), (.retry, .skipped), (.restore, .skipped), (.restore, .failed): nil
            case (.retry, _): "only failed and skipped records can be tried again"
            case (.restore, _): "only skipped and failed records can be restored"
            case (.skip, .skipped): "it is skipped already"
            case (.skip, .deleted): "it is deleted"
            case (.skip, _): nil
            }
        }
    }

    struct Sent: Encodable {
        let command: String
        let pairKey: String
        let topic: String
        let partition: Int32
    }

    let commands: OperatorCommand

    /// The three commands.
    func all() -> [Command] { Order.allCases.map(command) }

    private func command(_ order: Order) -> Command {
        commands.make(
            order.rawValue,
            summary: order.summary,
            details: "The record's worker does it as soon as it reads its inbox; see 'syncctl couplings show'.",
            options: [
                .flag("json", "Print JSON."),
                .value("mapping", short: "m", placeholder: "M", "The table mapping, where a key names several pairs."),
            ],
            arguments: [.required("pair", "A pair key, an id of either side, or a natural key.")]
        ) { context in
            let query = PairQuery(context)
            return try Cluster.with(context.installation) { cluster in
                let table = try CouplingReader(context: context, cluster: cluster).table(mapping: query.mapping)
                let pair = try Self.only(table.sorted(where: query.matches), query)
                if let refusal = order.refusal(pair.state) {
                    throw CommandError("\(pair.pairKey) is \(pair.state.rawValue); \(refusal)", .no)
                }
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
        _ order: Order,
        to pair: PairGlance,
        _ context: CommandContext,
        _ cluster: Cluster
    ) throws {
        let installation = context.installation
        guard let worker = installation.mappings[pair.pairKey.mapping]?.worker else {
            throw CommandError("no worker runs the mapping \(pair.pairKey.mapping)", .no)
        }
        let topic = "\(installation.prefix)sync.inbox.\(worker)"
        let count = try cluster.partitionCount(of: topic)
        // The coupling lies in the home partition, and the inbox has as many partitions as the couplings topic.
        guard pair.partition < count else {
            throw CommandError("\(topic) has \(count) partitions; mend it, see 'syncctl topics check'", .no)
        }
        let value = record(order, pair.pairKey.description, at: context.now())
        let key = Array(pair.pairKey.description.utf8)
        try cluster.produce(topic: topic, partition: pair.partition, key: key, value: value)
        if context.isJSON {
            let sent = Sent(
                command: order.rawValue,
                pairKey: pair.pairKey.description,
                topic: topic,
                partition: pair.partition
            )
            context.print(json: sent)
        } else {
            context.console.print("\(order.rawValue) of \(pair.pairKey) sent to \(worker)")
        }
    }

    /// The command's record, as `operator-command.json` describes it.
    static func record(_ order: Order, _ pairKey: String, at now: Int64) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, text) in [
            ("type", "command"), ("command", order.rawValue), ("pairKey", pairKey),
            ("requestedAt", Timestamp.text(milliseconds: now)),
        ] {
            writer.key(name)
            writer.string(text)
        }
        writer.endObject()
        return writer.bytes
    }
}
