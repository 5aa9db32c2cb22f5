// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Diagnosis
import SyncModel

/// One pair as `syncctl couplings show` prints it.
struct CouplingText {
    let context: CommandContext
    /// What is known of other pairs, for the reasons of waiting.
    let table: CouplingTable

    func print(_ record: CouplingReader.Record) {
        guard let coupling = record.coupling else { return }
        var lines = TableFormatter(["PAIR", record.pairKey], console: context.console)
        func add(_ name: String, _ text: String, _ style: TableFormatter.Style = .plain) {
            lines.add([.init(name), .init(text, style)])
        }
        add("state", coupling.state.rawValue, coupling.state.style)
        add("exists in Dataverse", coupling.exists ? "yes" : "no")
        add("home partition", String(record.partition))
        add("revision", "\(coupling.revision), written \(context.age(coupling.updatedAt)) ago")
        add("Business Central", "\(coupling.bc.entity) \(coupling.bc.id)")
        if let key = coupling.bc.key { add("  natural key", key) }
        if let modifiedAt = coupling.bc.version.modifiedAt { add("  modified", modifiedAt) }
        if let sequence = coupling.bc.version.sequence { add("  sequence", String(sequence)) }
        if let document = coupling.document { add("  line of", document) }
        add("Dataverse", "\(coupling.crm.entity) \(coupling.crm.id)")
        for (role, row) in coupling.crm.related.sorted(by: { $0.key < $1.key }) {
            add("  \(role)", "\(row.entity) \(row.id)")
        }
        for (column, value) in coupling.base.sorted(by: { $0.key < $1.key }) { add("agreed \(column)", value) }
        if let inFlight = coupling.inFlight {
            add("in flight", "\(inFlight.operation.rawValue) \(inFlight.changeID)", .doubtful)
        }
        if let error = coupling.error {
            let tries = "\(coupling.tries) in a row, \(coupling.failures) counted"
            add("error", "\(error.errorClass.rawValue) \(error.code), \(tries)", .bad)
            add("  message", error.message)
        }
        addWaiting(coupling, record.partition, to: &lines)
        context.console.print(lines.text())
    }

    private func addWaiting(_ coupling: Coupling, _ partition: Int32, to lines: inout TableFormatter) {
        guard let waiting = coupling.waiting else { return }
        let wish = "\(waiting.wish.rawValue) of \(waiting.causation.topic)[\(waiting.causation.partition)]"
        let deferred = waiting.isDeferred ? ", sent without these references" : ""
        lines.add([
            .init("waits"),
            .init("for \(context.age(waiting.since)): \(wish) at \(waiting.causation.offset)\(deferred)", .doubtful),
        ])
        let pair = PairGlance(coupling, partition: partition)
        guard pair.isWaiting else { return }
        for chain in WaitingChain.chains(of: pair, in: table) {
            for (depth, link) in chain.links.enumerated() {
                let indent = String(repeating: "  ", count: depth + 1)
                let text = "\(indent)\(link.mapping) \(link.key) \(link.finding.words)"
                lines.add([.init("\(depth == 0 ? "  for" : "")"), .init(text)])
            }
        }
    }
}
