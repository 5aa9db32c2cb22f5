// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
import Foundation
import Kafka
import SyncModel

/// Finds out what there is of a record: reads the couplings topics from their beginnings to the ends that they have now,
/// then the ends of the topics that its pairs go through.
///
/// Memory stays bounded whatever the topics hold, and so does the time; what is left out for it is said.
package struct RecordSearch {
    /// References that are looked up besides what waits; of others the note of who waits for them is believed.
    private static let referenceLimit = 32

    let cluster: Cluster
    let scope: SearchScope
    let limits: SearchLimits
    let reader: RecordReader
    private let clock: () -> Int64

    private struct TimeIsUp: Error {}

    /// Makes a search.
    ///
    /// - Parameters:
    ///   - cluster: where to look.
    ///   - scope: the installation.
    ///   - limits: how much to tell, and how long to look.
    ///   - reader: reads in the cluster.
    ///   - clock: a time in milliseconds that only goes on; by default the machine's.
    package init(
        cluster: Cluster,
        scope: SearchScope,
        limits: SearchLimits = SearchLimits(),
        reader: RecordReader,
        clock: @escaping () -> Int64 = { Int64(ProcessInfo.processInfo.systemUptime * 1_000) }
    ) {
        self.cluster = cluster
        self.scope = scope
        self.limits = limits
        self.reader = reader
        self.clock = clock
    }

    /// Looks for what is meant; `now` is the time in milliseconds since 1970.
    ///
    /// - Throws: `KafkaError`, `InspectionError`: where Kafka does not answer, or topics are missing.
    package func run(_ query: PairQuery, now: Int64) throws -> RecordReport {
        let start = clock()
        let isLate = { clock() - start > limits.timeMs }
        var report = RecordReport(query: query, atMs: now)
        var scan = CouplingScan(literals: [query.literal], limit: limits.unsettled, isMeant: query.matches)
        try read(existingTopics(&report), isLate, &report) { scan.take($0) }
        report.couplings = scan.count
        if scan.isCut {
            report.caveats.append("More records wait or failed than are kept in memory; chains may be too short.")
        }
        let meant = scan.meant.sorted { $0.key < $1.key }.map(\.value)
        var table = scan.table
        try lookUp(meant.prefix(limits.pairs).map(\.coupling), in: &table, isLate, &report)
        report.pairs = meant.prefix(limits.pairs).map { RecordReport.Pair($0.coupling, $0.partition, at: $0.offset) }
        report.others = meant.dropFirst(limits.pairs).prefix(limits.otherPairs).map(\.coupling.pairKey)
        if meant.count > limits.pairs + limits.otherPairs {
            report.caveats.append("\(meant.count) pairs have that name; not all are told.")
        }
        RecordJudge(scope: scope, limits: limits, table: table, for: [report]).judge(&report)
        try gather(isLate, &report)
        report.tookMs = clock() - start
        return report
    }

    /// A pair by its whole key, as it stands; nil: there is none.
    ///
    /// - Throws: `InspectionError.refused` where no worker runs its mapping; else what `run` throws.
    package func pair(named key: String) throws -> (pair: PairGlance, worker: String)? {
        let mapping = scope.mappings.filter { key.hasPrefix("\($0.name)/") }.max { $0.name.count < $1.name.count }
        guard let worker = mapping?.worker else {
            throw InspectionError(.refused, "no worker runs the mapping of \(key)")
        }
        var scan = CouplingScan(literals: [PairQuery.literal(of: key)], limit: 0) { $0.pairKey.description == key }
        try reader.readAll(try cluster.partitions(of: ["\(scope.prefix)sync.couplings.\(worker)"])) { scan.take($0) }
        return scan.meant[key].map { (PairGlance($0.coupling, partition: $0.partition), worker) }
    }

    /// The couplings topics that there are; what is missing of them is said.
    private func existingTopics(_ report: inout RecordReport) throws -> [String] {
        let missing = scope.couplingsTopics.filter { cluster.partitionCounts[$0] == nil }
        // With none at all there is nothing to look through.
        if missing.count == scope.couplingsTopics.count { _ = try cluster.partitions(of: missing) }
        report.caveats += missing.map { "The topic \($0) is missing; see syncctl topics check." }
        return scope.couplingsTopics.filter { !missing.contains($0) }
    }

    /// Reads topics whole, as long as there is time.
    private func read(
        _ topics: [String],
        _ isLate: () -> Bool,
        _ report: inout RecordReport,
        _ body: (Message) -> Void
    ) throws {
        var count = 0
        do {
            try reader.readAll(try cluster.partitions(of: topics)) { message in
                body(message)
                count += 1
                if count % 4_096 == 0, isLate() { throw TimeIsUp() }
            }
        } catch is TimeIsUp {
            report.caveats.append("The time was not enough to read all couplings; what is told may be out of date.")
        }
    }

    /// Looks up what the chains end at: what exists, is filtered out or on its way is not among what waits.
    private func lookUp(
        _ couplings: [Coupling],
        in table: inout CouplingTable,
        _ isLate: () -> Bool,
        _ report: inout RecordReport
    ) throws {
        let wanted = Wanted()
        for coupling in couplings {
            _ = WaitingChain.chains(of: PairGlance(coupling, partition: 0), in: table) { reference, company in
                wanted.add(reference, company, limit: Self.referenceLimit)
            }
        }
        let topics = Set(wanted.references.compactMap { scope.worker(of: $0.mapping) }).sorted()
            .map { "\(scope.prefix)sync.couplings.\($0)" }.filter {
                scope.couplingsTopics.contains($0) && cluster.partitionCounts[$0] != nil
            }
        guard !topics.isEmpty else { return }
        let queries = wanted.references.map { PairQuery($0.key, mapping: $0.mapping, mappingNames: []) }
        // Of what waits nothing is kept anew, as the table has it.
        var scan = CouplingScan(literals: queries.map(\.literal), limit: 0) { coupling in
            queries.contains { $0.matches(coupling) }
        }
        try read(topics, isLate, &report) { scan.take($0) }
        for found in scan.meant.values { table.put(PairGlance(found.coupling, partition: found.partition)) }
    }

    /// The ends of chains, collected while these are followed.
    private final class Wanted {
        var references: Set<Waiting.Reference> = []

        func add(_ reference: Waiting.Reference, _ company: String, limit: Int) -> WaitingChain.Finding {
            if references.count < limit { references.insert(reference) }
            return .unseen
        }
    }
}
