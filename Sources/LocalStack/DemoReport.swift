// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import JSON
import SyncModel
import Telemetry

/// What the demo prints at its end.
struct DemoReport {
    let monitor: StackMonitor
    let mappings: [TableMapping]
    let console: Console

    /// Per mapping: what was read, what arrived, what had to wait and for what.
    func printTable() {
        var table = TableFormatter(
            ["mapping", "records", "coupled", "filtered", "failed", "waiting", "had to wait", "mostly for"],
            console: console
        )
        for mapping in mappings {
            let pairs = monitor.couplings.values.filter { $0.mapping == mapping.name }
            guard !pairs.isEmpty else { continue }
            let waited = monitor.everWaited.filter { $0.key.hasPrefix("\(mapping.name)/") }
            var reasons: [String: Int] = [:]
            for reference in waited.values { reasons[reference, default: 0] += 1 }
            let most = reasons.max { ($0.value, $1.key) < ($1.value, $0.key) }
            table.add([
                mapping.name, String(pairs.count), String(pairs.count { $0.state == .coupled && !isWaiting($0) }),
                String(pairs.count { $0.state == .filtered }), String(pairs.count { $0.state == .failed }),
                String(pairs.count { isWaiting($0) }), String(waited.count),
                most.map { "\($0.key) (\($0.value))" } ?? "-",
            ])
        }
        console.print(table.text())
    }

    private func isWaiting(_ coupling: Coupling) -> Bool {
        coupling.waiting != nil && coupling.state != .failed && coupling.state != .skipped
    }

    /// Outbound changes by entity and operation.
    func printChanges() {
        var table = TableFormatter(["arrived in Dynamics 365 Sales", "create", "update", "setState"], console: console)
        for entity in Set(monitor.changes.map(\.entity)).sorted() {
            let changes = monitor.changes.filter { $0.entity == entity }
            table.add(
                [entity]
                    + ["create", "update", "setState"].map { operation in
                        String(changes.count { $0.operation == operation })
                    }
            )
        }
        console.print(table.text())
    }

    /// What still waits or failed, with its root cause.
    func printExceptions() {
        var causes: [String: Int] = [:]
        for coupling in monitor.couplings.values where isWaiting(coupling) {
            guard let cause = Convergence.rootCause(of: coupling, in: monitor.couplings, depth: 0) else { continue }
            causes["\(coupling.mapping) waits for \(cause.mapping) \(cause.key) (\(cause.reason))", default: 0] += 1
        }
        for coupling in monitor.couplings.values where coupling.state == .failed {
            let error = coupling.error
            let name = coupling.mapping == "PLLINE-PRODPRICE" ? "" : " \(coupling.bc.key ?? coupling.id)"
            causes["\(coupling.mapping)\(name) failed: \(error?.code ?? "")", default: 0] += 1
        }
        guard !causes.isEmpty else { return }
        console.print("What did not go through, and why (all of it meant to, in this data):")
        for (cause, count) in causes.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            console.print("  \(count) × \(cause)")
        }
        console.print("")
    }

    /// The way of one invoice from its event to its last outbound change.
    func printStory(startedAt: Int64) {
        let invoices = monitor.couplings.values.filter {
            $0.mapping == "POSTEDSALESINV-INV" && $0.state == .coupled && $0.waiting == nil
                && monitor.everWaited[$0.pairKey.description] != nil
        }
        guard let invoice = invoices.min(by: { ($0.bc.key ?? "") < ($1.bc.key ?? "") }) else { return }
        let pair = invoice.pairKey.description
        console.print("The story of invoice \(invoice.bc.key ?? invoice.id):")
        let causation = monitor.changes.first { $0.pairKey == pair }?.causation ?? ""
        console.print("  event        \(causation)")
        console.print("  had to wait  for \(monitor.everWaited[pair] ?? "-"), among others")
        let lines = monitor.couplings.values.filter { $0.document == invoice.id }.map(\.pairKey.description)
        for change in monitor.changes where change.pairKey == pair || lines.contains(change.pairKey) {
            let after = "+\(change.publishedAt - startedAt) ms"
            console.print("  \(pad(after, 12)) \(pad(change.operation, 9)) \(change.entity)  \(summary(of: change))")
        }
        console.print("")
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func summary(of change: StackMonitor.Change) -> String {
        guard let body = (try? JSONDocument().parse(change.value))?["body"] else { return "" }
        let wanted = [
            "invoicenumber", "lineitemnumber", "quantity", "priceperunit", "extendedamount", "totalamount", "totaltax",
            "statecode", "statuscode",
        ]
        return wanted.compactMap { name in
            body[name].map { "\(name)=\($0.string ?? $0.numberText ?? $0.rawText)" }
        }.joined(separator: " ")
    }
}
