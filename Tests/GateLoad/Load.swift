// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import KafkaTestSupport
import SyncModel
import SyncTestSupport
import TableMappings

/// A first load of a company in the worst order, through the worker processes on a real Kafka.
final class Load {
    /// What is the same in all loads that are compared.
    struct Plan {
        var history: SourceHistory
        var executables: String
        var delivery: String
        var high: Int
        var low: Int
        /// Whether everything lies in Kafka before the workers start, and not only comes when they run.
        var isBacklog: Bool
    }

    private let plan: Plan
    private let fleet: Fleet
    private var figures: LoadFigures
    private var lastChange = ContinuousClock.now
    private var ends: Int64 = 0

    /// Starts everything, and waits until it is ready.
    private init(_ plan: Plan, on broker: RealBroker, name: String, hasGates: Bool) throws {
        self.plan = plan
        figures = LoadFigures(hasGates: hasGates)
        fleet = try Fleet(
            broker,
            prefix: "\(name).",
            executables: plan.executables,
            settings: ["SYNC_DELIVERY": plan.delivery],
            isStrict: plan.delivery == "confirmed"
        )
        if plan.isBacklog { try fleet.send(plan.history.events[...]) }
        // Without gates there is the same coordinator, so that both loads share the machine with the same processes.
        try fleet.startCoordinator(
            gateHigh: hasGates ? plan.high : 1_000_000_000,
            gateLow: hasGates ? plan.low : 999_999_999
        )
        if !plan.isBacklog { try fleet.startAll() }
        try waitUntil(within: .seconds(60), "all to be ready") {
            if let failure = fleet.failure { throw FleetFailure(failure) }
            let metrics = processes.map { ProcessMetrics(of: $0) }
            let isReady = metrics.allSatisfy { $0?.isReady == true } && metrics.contains { $0?.isActive == true }
            // Nothing announces it, so it is asked for, a few times a second.
            if !isReady { Thread.sleep(forTimeInterval: 0.2) }
            return isReady ? () : nil
        }
    }

    /// Runs one load.
    ///
    /// - Returns: what it took.
    static func run(_ plan: Plan, on broker: RealBroker, name: String, hasGates: Bool) throws -> LoadFigures {
        let load = try Load(plan, on: broker, name: name, hasGates: hasGates)
        do {
            try load.run()
        } catch {
            FileHandle.standardError.write(Data("logs: \(load.fleet.directory)\n".utf8))
            load.fleet.stop(keepsFiles: true)
            throw error
        }
        return load.figures
    }

    private var processes: [WorkerProcess] { fleet.processes + [fleet.coordinator].compactMap { $0 } }

    private func run() throws {
        let admin = try Admin(configuration: fleet.broker.configuration(), observer: nil)
        defer { admin.close() }
        let before = broker()
        let start = ContinuousClock.now
        let startMs = Int64(Date().timeIntervalSince1970 * 1_000)
        if plan.isBacklog {
            try fleet.startAll()
        } else {
            try send { try sample(admin) }
        }
        // Over when nothing has been written for longer than a gate takes to open, and nothing lags.
        try waitUntil(within: .seconds(1_200), "the load to end") { () -> Void? in
            try sample(admin)
            guard ContinuousClock.now - lastChange > .seconds(4) else {
                // The time between two samples; all that is judged comes from the topics.
                Thread.sleep(forTimeInterval: 0.1)
                return nil
            }
            return try isRead() ? () : nil
        }
        figures.seconds = (lastChange - start) / .seconds(1)
        figures.footprints["kafka"] = broker()
        figures.footprints["kafka"]?.processorSeconds -= before?.processorSeconds ?? 0
        try judge(since: startMs)
    }

    /// Sends everything in a few pieces, and looks between them.
    private func send(_ look: () throws -> Void) throws {
        let events = plan.history.events
        for begin in stride(from: 0, to: events.count, by: 10_000) {
            try fleet.send(events[begin..<min(begin + 10_000, events.count)])
            try look()
        }
    }

    private func broker() -> Footprint? { fleet.broker.processID.flatMap { Footprint(of: $0) } }

    /// Whether no group lags.
    private func isRead() throws -> Bool {
        let rest = try Rest(fleet, topics: Load.topics)
        defer { rest.close() }
        return try rest.lag().values.allSatisfy { $0 == 0 }
    }

    /// The change topics that each worker reads.
    private static var topics: [String: [String]] {
        [
            "reference-worker": ["currencies"], "unit-worker": ["items", "resources", "item-units", "resource-units"],
            "product-worker": ["items", "resources"], "account-worker": ["customers"],
            "price-worker": ["price-lists", "price-list-lines"], "invoice-worker": ["sales-invoices"],
        ]
    }

    /// Looks at everything once.
    private func sample(_ admin: Admin) throws {
        if let failure = fleet.failure { throw FleetFailure(failure) }
        let written = try admin.endOffsets(
            fleet.partitions(of: ["crm.outbound.", "sync.couplings.", "sync.inbox."]),
            isolation: .readUncommitted
        ).values.reduce(0, +)
        if written != ends {
            ends = written
            lastChange = ContinuousClock.now
        }
        var (anonymous, resident, state) = (0, 0, 0)
        for process in processes {
            guard let id = process.processID, let footprint = Footprint(of: id) else { continue }
            figures.footprints[process.worker] = figures.footprints[process.worker]?.larger(footprint) ?? footprint
            guard process.worker != "coordinator", let metrics = ProcessMetrics(of: process) else { continue }
            anonymous += footprint.anonymousKiB
            resident += footprint.residentKiB
            state += metrics.stateBytes
            for (mapping, count) in metrics.everWaited { figures.everWaited[mapping] = count }
        }
        figures.peakAnonymousKiB = max(figures.peakAnonymousKiB, anonymous)
        figures.peakResidentKiB = max(figures.peakResidentKiB, resident)
        figures.stateBytes = state
    }

    /// Judges the end as all runs of the fleet are judged, and the order of the gates.
    private func judge(since startMs: Int64) throws {
        let told = try ToldGates(fleet)
        figures.gates = told.flips.map { told in
            let seconds = Double(told.atMs - startMs) / 1_000
            let change = told.gate.isOpen ? "opens" : "closes, since \(told.gate.reason ?? "")"
            return "\(seconds) s: \(told.gate.worker) \(change)"
        }
        let owners = try MappingCatalog.load(overrides: nil).mappings.map { ($0.name, $0.worker ?? "") }
        figures.faults = told.faults(owners: Dictionary(owners) { first, _ in first })
        let waiting = try WaitingRoom(fleet)
        (figures.peakWaiting, figures.peakOfAllWaiting) = (waiting.peaks, waiting.peak)
        let published = try Published(fleet)
        figures.changes = published.count
        if plan.delivery == "confirmed" {
            figures.faults += Verdict(fleet.target, plan.history, published).faults
        }
        figures.faults += fleet.stop()
    }
}
