// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// The page of one moment: what the coordinator knows, in the order in which an operator asks for it.
struct OperatorPage {
    let snapshot: CoordinatorSnapshot
    let configuration: CoordinatorConfiguration
    let graph: ReferenceGraph
    let workers: [String]
    let nowMs: Int64
    /// Somebody may hold and release from the page.
    var mayAct = false

    /// Lag that is older than this is not shown as the present.
    static let staleAfterMs: Int64 = 10_000
    /// Records of each list.
    static let listLimit = 50

    /// The workers in the order of the stages, as the graph shows them.
    static func workers(of configuration: CoordinatorConfiguration, _ graph: ReferenceGraph) -> [String] {
        var workers: [String] = []
        for name in graph.topologicalStages.joined() {
            guard let worker = configuration.mappings.first(where: { $0.name == name })?.worker,
                !workers.contains(worker)
            else { continue }
            workers.append(worker)
        }
        return workers
    }

    /// The inner part, which is all that changes.
    func main() -> String {
        var html = HTMLText()
        writeSummary(to: &html)
        writeGraph(to: &html)
        writeWorkers(to: &html)
        writeHolds(to: &html)
        writeWaiting(to: &html)
        writeFailures(to: &html)
        writeDeadLetters(to: &html)
        return html.text
    }

    /// How long ago Kafka answered last; nil where that is no time to speak of.
    var staleness: Int64? {
        guard let atMs = snapshot.lag?.atMs else { return nil }
        return nowMs - atMs > Self.staleAfterMs ? nowMs - atMs : nil
    }

    /// Every mapping in the order of the stages.
    func mappings() -> [MappingState] {
        let held = Dictionary(
            uniqueKeysWithValues: workers.map { worker in
                (
                    worker,
                    configuration.heldTopics(
                        of: worker,
                        gates: Dictionary(snapshot.gates.map { ($0.worker, $0) }) { first, _ in first },
                        holds: Dictionary(snapshot.holds.map { ($0.mapping, $0) }) { first, _ in first }
                    )
                )
            }
        )
        var stuck: [String: Int] = [:]
        for (series, count) in snapshot.stuck?.stuck ?? [:] { stuck[series.mapping, default: 0] += count }
        return graph.topologicalStages.enumerated().flatMap { stage, names in
            names.compactMap { name in
                guard let mapping = configuration.mappings.first(where: { $0.name == name }),
                    let worker = mapping.worker
                else { return nil }
                let topics = configuration.topics(feeding: mapping)
                return MappingState(
                    name: name,
                    worker: worker,
                    stage: stage + 1,
                    references: graph.edges.filter { $0.from == name && !$0.isSelf }.map { ($0.to, $0.isDeferrable) },
                    lag: lag(of: topics, group: configuration.group(of: worker)),
                    waiting: snapshot.stuck?.waiting[name] ?? 0,
                    stuck: stuck[name] ?? 0,
                    failed: snapshot.stuck?.failed[name] ?? 0,
                    heldBy: topics.compactMap { held[worker]?[$0] }.first,
                    verdict: snapshot.verdicts.first { $0.worker == worker }?.verdict
                )
            }
        }
    }

    private func lag(of topics: [String], group: String) -> Int64? {
        let lags = snapshot.lag?.partitions.filter { $0.group == group && topics.contains($0.topic) }.map(\.lag) ?? []
        return lags.isEmpty ? nil : lags.reduce(0, +)
    }
}
