// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import Foundation
import JSON
import Kafka
import SyncModel
import TableMappings
import Telemetry

@testable import Coordination

/// An installation at a bad moment, with the bundled mappings: what a page can be looked at with.
struct PreparedPage {
    static let nowMs: Int64 = 1_767_225_600_000 + 3_600_000

    let configuration: CoordinatorConfiguration
    let view = CoordinatorView()
    let nowMs: Int64

    init(nowMs: Int64 = Self.nowMs) throws {
        self.nowMs = nowMs
        let conditions = TableMapping.Condition.holding(
            unitGroupMapping: true,
            pricing: "price-lists",
            salesOrders: "off",
            ownership: "team"
        )
        configuration = CoordinatorConfiguration(
            mappings: try MappingCatalog.load(overrides: nil).active(conditions: conditions),
            kafka: KafkaConfiguration([:])
        )
    }

    var routes: PageRoutes { PageRoutes(configuration, view: view, mayAct: true) { [nowMs] in nowMs } }

    func page() -> OperatorPage {
        let graph = ReferenceGraph(mappings: configuration.mappings)
        return OperatorPage(
            snapshot: view.snapshot,
            configuration: configuration,
            graph: graph,
            workers: OperatorPage.workers(of: configuration, graph),
            nowMs: nowMs,
            mayAct: true
        )
    }

    /// Everything that can be odd is: a worker stopped, another slow, a gate closed, records stuck and failed.
    func fillWithTrouble() throws {
        let workers = WorkerGraph(mappings: configuration.mappings).workers
        let lags: [String: Int64] = [
            "unit-worker": 6_204, "product-worker": 1_530, "price-worker": 18_452, "account-worker": 0,
        ]
        view.update { snapshot in
            snapshot.isActive = true
            snapshot.gates = [
                Gate(
                    worker: "price-worker",
                    isOpen: false,
                    reason: "unit-worker lags 6204 records",
                    waitsFor: ["ITEM UOM"],
                    sinceMs: nowMs - 90_000
                )
            ]
            snapshot.lag = report(workers, lags)
            snapshot.verdicts = workers.map(verdict)
            snapshot.lagSeconds = ["unit-worker": 95, "price-worker": 640, "account-worker": 0, "product-worker": 41]
            for (number, worker) in workers.enumerated() { fill(&snapshot.history, worker, number, lags[worker] ?? 0) }
        }
        try fillHeartbeats(workers)
        let obstacles = view.snapshot.obstacles(configuration)
        let finder = StuckFinder(stuckAfterMs: configuration.stuckAfterMs, obstacle: obstacles.obstacle)
        var stuck = finder.report(on: couplings(), nowMs: nowMs)
        stuck.isComplete = true
        view.update { [stuck] in $0.stuck = stuck }
    }

    private func report(_ workers: [String], _ lags: [String: Int64]) -> LagReport {
        let partitions = workers.flatMap { worker in
            configuration.topics(of: worker).enumerated().map { index, topic in
                let lag = index == 0 ? lags[worker] ?? 0 : 0
                return PartitionLag(
                    group: worker,
                    topic: topic,
                    partition: 0,
                    committed: 100_000,
                    beginning: nil,
                    end: 100_000 + lag
                )
            }
        }
        let sums = Dictionary(uniqueKeysWithValues: workers.map { ($0, lags[$0] ?? 0) })
        return LagReport(atMs: nowMs - 400, partitions: partitions, lags: sums)
    }

    private func verdict(_ worker: String) -> WorkerVerdict {
        switch worker {
        case "unit-worker":
            WorkerVerdict(
                worker: worker,
                verdict: .slow,
                reason: "bc.changes.items[0]: lag grew from 4816 to 6204 in 60 s",
                rate: 812
            )
        case "price-worker":
            WorkerVerdict(
                worker: worker,
                verdict: .heldBack,
                reason: "held back by its closed gate: unit-worker lags 6204 records",
                rate: 0
            )
        case "invoice-worker":
            WorkerVerdict(worker: worker, verdict: .stopped, reason: "no sign of life for 3 min", rate: 0)
        default:
            WorkerVerdict(worker: worker, verdict: .ok, reason: nil, rate: worker == "product-worker" ? 1_240 : 0.4)
        }
    }

    private func fill(_ history: inout LagHistory, _ worker: String, _ number: Int, _ lag: Int64) {
        for step in stride(from: 236, through: 0, by: -1) {
            let wave = sin(Double(step + number * 40) / 17) + 1
            let share = Double(236 - step) / 236
            let value = Int64(Double(lag) * share * share + wave * wave * Double(40 + number * 30))
            history.take(
                worker,
                atMs: nowMs - Int64(step) * LagHistory.intervalMs,
                lag: step == 0 ? lag : value,
                seconds: nil,
                rate: 0
            )
        }
    }

    private func fillHeartbeats(_ workers: [String]) throws {
        let document = JSONDocument()
        let beats = try workers.filter { $0 != "invoice-worker" }.compactMap { worker in
            let at = SyncModel.Timestamp.text(milliseconds: nowMs - 2_000)
            let json = #"{"type":"heartbeat","worker":"\#(worker)","state":"running","at":"\#(at)"}"#
            return Heartbeat(key: "\(worker)/a", try document.parse(Array(json.utf8)))
        }
        view.update { $0.heartbeats = beats }
    }

    private func couplings() -> UnsettledCouplings {
        var couplings = UnsettledCouplings()
        func put(_ coupling: Coupling, ageMs: Int64) {
            var coupling = coupling
            coupling.waiting?.since = nowMs - ageMs
            coupling.updatedAt = nowMs - ageMs
            couplings.take(pairKey: coupling.pairKey.description, coupling, partition: 0)
        }
        func waiting(_ mapping: String, _ key: String, _ number: Int, _ references: [(String, String)]) -> Coupling {
            Pairs.coupling(
                mapping,
                key,
                number,
                .waiting,
                waitsFor: references.map { Waiting.Reference(mapping: $0.0, key: $0.1, reason: .unseen) }
            )
        }
        put(waiting("PLLINE-PRODPRICE", "S00001/10000", 1, [("ITEM-PRODUCT", "1896-S")]), ageMs: 5_400_000)
        put(waiting("PLLINE-PRODPRICE", "S00001/20000", 2, [("ITEM-PRODUCT", "1896-S")]), ageMs: 5_300_000)
        put(waiting("ITEM-PRODUCT", "1896-S", 3, [("ITEM UOM", "1896-S/PCS")]), ageMs: 5_200_000)
        put(waiting("ITEM UOM", "1896-S/PCS", 4, [("UNIT GROUP", "1896-S")]), ageMs: 5_100_000)
        put(waiting("POSTEDSALESINV-INV", "103001", 5, [("CUSTOMER", "10000")]), ageMs: 3_600_000)
        put(waiting("POSTEDSALESINV-INV", "103002", 6, [("CUSTOMER", "20000"), ("CURRENCY", "SEK")]), ageMs: 1_200_000)
        put(waiting("PLLINE-PRODPRICE", "S00002/10000", 7, [("PLHEADER-PRICE", "S00002")]), ageMs: 50_000)
        put(Pairs.coupling("CUSTOMER", "10000", 8, .filtered), ageMs: 0)
        let long = RecordError.permanent("FieldTooLong", "property \"displayName\" has 212 characters, allowed are 160")
        put(Pairs.coupling("CUSTOMER", "20000", 9, .failed, error: long), ageMs: 1_250_000)
        let refused = RecordError.permanent("0x80040237", "A record with matching key values already exists")
        put(Pairs.coupling("RESOURCE-PRODUCT", "KATHERINE", 10, .skipped, error: refused), ageMs: 86_400_000)
        return couplings
    }
}
