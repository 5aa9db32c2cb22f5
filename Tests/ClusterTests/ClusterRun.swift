// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport
import SeededRandom
import SyncTestSupport
import Testing

/// What the environment says about the runs of worker processes.
enum ClusterOptions {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// How often the demo company's records are there (`CLUSTER_SCALE`).
    static func scale(_ standard: Int) -> Int { number("CLUSTER_SCALE").map { Int($0) } ?? standard }
    /// How many workers are killed (`CLUSTER_KILLS`).
    static func kills(_ standard: Int) -> Int { number("CLUSTER_KILLS").map { Int($0) } ?? standard }
    /// Whether the runs that take long, or need the machine for themselves, are wanted too (`CLUSTER_FULL`).
    static var isFull: Bool { number("CLUSTER_FULL") != nil }
    /// How often the broker is restarted (`CLUSTER_RESTARTS`).
    static func restarts(_ standard: Int) -> Int { number("CLUSTER_RESTARTS").map { Int($0) } ?? standard }
    /// How many faults a proof has (`CLUSTER_FAULTS`).
    static func faults(_ standard: Int) -> Int { number("CLUSTER_FAULTS").map { Int($0) } ?? standard }
    /// How long a proof goes on at least, in minutes (`CLUSTER_MINUTES`).
    static var minutes: Int { Int(number("CLUSTER_MINUTES") ?? 0) }
    /// Whether the proof is wanted (`CLUSTER_PROOF`).
    static var isProof: Bool { number("CLUSTER_PROOF") != nil }
    /// How long a run may take.
    static var limit: Duration { .seconds(Int(number("CLUSTER_LIMIT") ?? 600)) }
    /// Decides everything that is random (`CLUSTER_SEED`).
    static var seed: UInt64 { number("CLUSTER_SEED") ?? UInt64.random(in: 1...999_999) }
    /// Whether state and logs are kept (`CLUSTER_KEEP`).
    static var keepsFiles: Bool { number("CLUSTER_KEEP") != nil }

    /// Where the executables lie: beside the tests.
    static var executables: String {
        let own = Bundle.main.executableURL?.deletingLastPathComponent().path ?? ""
        let isThere = FileManager.default.isExecutableFile(atPath: "\(own)/unit-worker")
        return isThere ? own : "\(project)/.build/debug"
    }

    /// The project's folder.
    static var project: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .path
    }
}

/// A history sent through a fleet to its end, with whatever happens meanwhile.
final class ClusterRun {
    private(set) var history: SourceHistory
    let fleet: Fleet
    let seed: UInt64
    private let name: String
    private let started = SuspendingClock.now

    private var random: SeededGenerator

    init(_ name: String, on broker: RealBroker, scale standard: Int, settings: [String: String] = [:]) throws {
        let scale = ClusterOptions.scale(standard)
        self.name = name
        seed = ClusterOptions.seed
        random = SeededGenerator(seed: seed &+ 1)
        history = try SourceHistory(
            directory: "\(ClusterOptions.project)/Examples/contoso",
            .init(copies: scale, seed: seed)
        )
        fleet = try Fleet(broker, prefix: "\(name).", executables: ClusterOptions.executables, settings: settings)
        say("seed \(seed), scale \(scale), \(history.events.count) events")
    }

    func say(_ text: String) {
        let seconds = (SuspendingClock.now - started) / .seconds(1)
        // Not buffered, so that a run that hangs has said how far it came.
        FileHandle.standardError.write(Data("[\(name) \(String(format: "%5.1f", seconds)) s] \(text)\n".utf8))
    }

    /// Makes and sends more events than the history had.
    func sendMore(_ count: Int) throws { try fleet.send(history.goOn(count)) }

    /// The change topics of each worker, as the table mappings name them.
    static let topics = [
        "reference-worker": ["currencies"], "unit-worker": ["items", "resources", "item-units", "resource-units"],
        "product-worker": ["items", "resources"], "account-worker": ["customers"],
        "price-worker": ["price-lists", "price-list-lines"],
        "invoice-worker": ["sales-invoices", "sales-invoice-lines"],
    ]

    /// Does something at random moments, so that all of it happens before the work is done.
    ///
    /// Moments are told by how far the delivery has come: by itself every run ends at about the same count.
    func disturb(times: Int, _ body: (_ index: Int, _ random: inout SeededGenerator) throws -> Void) throws {
        // Every record leads to two changes or so, and the last part belongs to the end.
        let expected = history.final.values.reduce(0) { $0 + $1.count } * 2
        for index in 0..<times {
            let share = (Double(index) + random.fraction()) / Double(times) * 0.9
            let count = Int(share * Double(expected))
            try waitUntil(within: ClusterOptions.limit, "\(count) changes to be delivered") {
                if let failure = fleet.failure { throw FleetFailure(failure) }
                return fleet.target.waitFor(count: count, timeoutMs: 200) ? () : nil
            }
            try body(index, &random)
        }
        say("the last of \(times) disturbances is over, \(fleet.target.count) changes delivered")
    }

    /// Waits for the end, judges it, and stops the fleet; `onRest` runs when nothing is left to do.
    func finish(onRest: () -> Void = {}) throws {
        let limit = ClusterOptions.limit
        var isGood = false
        defer { fleet.stop(keepsFiles: !isGood || ClusterOptions.keepsFiles) }
        let rest = try Rest(fleet, topics: Self.topics)
        defer { rest.close() }
        do {
            try rest.wait(within: limit)
        } catch {
            say("files: \(fleet.directory)")
            throw error
        }
        onRest()
        say("at rest; \(fleet.target.count) changes delivered, \(fleet.target.repeated) of them again")
        let published = try Published(fleet)
        let verdict = Verdict(fleet.target, history, published)
        say(
            "\(published.count) changes published, \(verdict.rows) rows compared, expected refusals: \(verdict.expectedRefusals), numbered: \(verdict.repeated)"
        )
        for fault in verdict.faults.prefix(20) { Issue.record("\(fault) (seed \(seed))") }
        #expect(verdict.faults.isEmpty, "\(verdict.faults.count) faults, seed \(seed), files: \(fleet.directory)")
        #expect(published.count == fleet.target.count)
        isGood = verdict.faults.isEmpty
        for fault in fleet.stop(keepsFiles: true) { Issue.record("\(fault)") }
        say("stopped")
    }
}
