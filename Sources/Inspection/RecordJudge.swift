// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
package import SyncModel

/// Finds out for reports why their pairs wait, what waits for them, and what of that name others wait for in vain.
///
/// Goes through the table once, however many reports there are.
package struct RecordJudge {
    /// How things stand with a record of a company that the table lacks.
    package typealias Finding = (Waiting.Reference, String) -> WaitingChain.Finding

    private struct Waiter {
        let pair: PairGlance
        let reference: Waiting.Reference
    }

    private let scope: SearchScope
    private let limits: SearchLimits
    private let table: CouplingTable
    private let finding: Finding
    /// What waits for records of the reports, by the name that it waits for.
    private var waiters: [String: [Waiter]] = [:]

    /// Makes a judge of reports.
    ///
    /// - Parameters:
    ///   - scope: the installation.
    ///   - limits: how much to tell.
    ///   - table: the couplings, at least all that wait and failed.
    ///   - reports: those that it will judge.
    ///   - finding: how things stand with what the table lacks; without one, it was never seen.
    package init(
        scope: SearchScope,
        limits: SearchLimits,
        table: CouplingTable,
        for reports: [RecordReport],
        finding: @escaping Finding = { _, _ in .unseen }
    ) {
        self.scope = scope
        self.limits = limits
        self.table = table
        self.finding = finding
        var names = Set(reports.map { NaturalKey.normalized($0.query.text) })
        for report in reports { for pair in report.pairs { names.formUnion(Self.names(of: pair.glance)) } }
        for pair in table.pairs.values {
            for reference in pair.waitsFor {
                let name = NaturalKey.normalized(reference.key)
                if names.contains(name) { waiters[name, default: []].append(Waiter(pair: pair, reference: reference)) }
            }
        }
    }

    /// Tells anew what follows from the couplings of a report.
    package func judge(_ report: inout RecordReport) {
        for index in report.pairs.indices { judge(&report.pairs[index]) }
        report.absent = absent(report.query)
    }

    private func judge(_ pair: inout RecordReport.Pair) {
        let glance = pair.glance
        let mapping = glance.pairKey.mapping
        let obstacles = scope.obstacles
        pair.chains = glance.hasFailed ? [] : WaitingChain.chains(of: glance, in: table, absent: finding)
        pair.causes = pair.chains.map { RootCause(of: $0, mapping: mapping, obstacle: obstacles.obstacle) }
        pair.obstacle = obstacles.obstacle(of: mapping)
        let found = Self.names(of: glance).flatMap { waiters[$0] ?? [] }.filter { waiter in
            waiter.reference.mapping == mapping && waiter.pair.pairKey.company == glance.pairKey.company
                && waiter.pair.pairKey != glance.pairKey
        }
        pair.waiters = told(found)
    }

    private static func names(of glance: PairGlance) -> Set<String> {
        Set([glance.id, glance.pairKey.id, glance.key].compactMap(\.self).map(NaturalKey.normalized))
    }

    private func told(_ found: [Waiter]) -> RecordReport.Waiters {
        let pairs = CouplingTable(found.map(\.pair)).sorted { _ in true }
        return RecordReport.Waiters(count: pairs.count, first: Array(pairs.prefix(limits.waiters)))
    }

    /// Records that are meant, that others wait for and that have no coupling.
    private func absent(_ query: PairQuery) -> [RecordReport.Absent] {
        var found: [WaitingChain.Link: [Waiter]] = [:]
        for waiter in waiters[NaturalKey.normalized(query.text)] ?? [] {
            let reference = waiter.reference
            let company = waiter.pair.pairKey.company
            guard query.matches(reference), reference.reason == .unseen,
                table.pair(mapping: reference.mapping, company: company, key: reference.key) == nil,
                finding(reference, company) == .unseen
            else { continue }
            let key = NaturalKey.normalized(reference.key)
            let link = WaitingChain.Link(mapping: reference.mapping, key: key, finding: .unseen)
            found[link, default: []].append(waiter)
        }
        return found.sorted { ($0.key.mapping, $0.key.key) < ($1.key.mapping, $1.key.key) }.map { link, waiters in
            let chain = WaitingChain(links: [link])
            return RecordReport.Absent(
                cause: RootCause(of: chain, mapping: link.mapping, obstacle: scope.obstacles.obstacle),
                waiters: told(waiters)
            )
        }
    }
}
