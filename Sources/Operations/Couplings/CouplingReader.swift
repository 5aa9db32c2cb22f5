// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import Inspection
import JSON
import Kafka
import SyncModel
import TableMappings

/// Reads the couplings topics as they stand.
struct CouplingReader {
    /// A coupling record, or the tombstone of one.
    struct Record {
        let pairKey: String
        /// Nil: the pair is forgotten.
        let coupling: Coupling?
        let partition: Int32
        let json: [UInt8]
    }

    let context: CommandContext
    let cluster: Cluster

    /// Reads everything into a table, of one mapping's worker only where one is named.
    func table(mapping: String? = nil) throws -> CouplingTable {
        var table = CouplingTable()
        var keys: [String: PairKey] = [:]
        try read(mapping: mapping) { record in
            if let coupling = record.coupling {
                let pair = PairGlance(coupling, partition: record.partition)
                keys[record.pairKey] = pair.pairKey
                table.put(pair)
            } else if let key = keys.removeValue(forKey: record.pairKey) {
                table.remove(key)
            }
        }
        return table
    }

    /// Calls the body with every record, older ones of a pair before newer ones.
    func read(mapping: String? = nil, _ body: (Record) throws -> Void) throws {
        let partitions = try cluster.partitions(of: topics(mapping))
        let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
        var unreadable = 0
        try context.reader(cluster, "reading couplings").readAll(partitions) { message in
            guard let key = message.key.map({ String(decoding: $0, as: UTF8.self) }) else { return }
            guard let value = message.value else {
                return try body(Record(pairKey: key, coupling: nil, partition: message.partition, json: []))
            }
            guard let json = try? document.parse(value), let coupling = try? Coupling(json) else {
                unreadable += 1
                return
            }
            try body(Record(pairKey: key, coupling: coupling, partition: message.partition, json: Array(value)))
        }
        if unreadable > 0 {
            context.console.printError("syncctl: \(unreadable) coupling records could not be read and are left out")
        }
    }

    private func topics(_ mapping: String?) throws(CommandError) -> [String] {
        guard let mapping else { return context.installation.couplingsTopics.map(\.topic) }
        return [try context.installation.couplingsTopic(of: mapping)]
    }
}
