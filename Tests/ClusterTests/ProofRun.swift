// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import SeededRandom
import SyncTestSupport
import Testing

/// All workers in two instances on three brokers, while everything that can break breaks.
final class ProofRun {
    let run: ClusterRun
    let broker: RealBroker
    var random: SeededGenerator
    var tally = ProofTally()
    private let cells: [WorkerCell]
    private var sent = 0

    /// Events between two faults.
    static let stretch = 200
    /// A state directory's disk: what the state takes at first, and what it grows by with the company.
    static let diskBytes = (128 + 32 * ClusterOptions.scale(1)) << 20
    /// The most that a worker may take, whatever happens to it: memory that is no file's, and open files.
    static let most = (anonymousKiB: 300 << 10, files: 250)

    /// Starts brokers, coordinator and workers; the second instance of each has a network and a disk of its own.
    init(home: String) throws {
        var (cells, host): ([WorkerCell], String?) = ([], nil)
        do {
            (cells, host) = try WorkerCell.make(Fleet.workers.count, diskBytes: Self.diskBytes)
        } catch {
            tally.omission = "\(error)".split(separator: "\n").joined(separator: " ")
        }
        self.cells = cells
        broker = try RealBroker(
            home: home,
            count: 3,
            remoteHost: host,
            properties: [
                // A dead broker is missed, and an abandoned transaction ended, sooner than usual.
                "broker.session.timeout.ms": "6000", "broker.heartbeat.interval.ms": "1000",
                "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
                "replica.lag.time.max.ms": "10000",
            ]
        )
        run = try ClusterRun(
            "proof",
            on: broker,
            scale: 1,
            settings: [
                // The shortest session that brokers allow, and transactions that end before it.
                "KAFKA_SESSION_TIMEOUT_MS": "6000", "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
                "KAFKA_TRANSACTION_TIMEOUT_MS": "4000",
            ]
        )
        random = SeededGenerator(seed: run.seed &+ 2)
        try run.fleet.startCoordinator(gateHigh: 2_000, gateLow: 200)
        try run.fleet.startAll()
        for (index, worker) in Fleet.workers.enumerated() {
            try run.fleet.start(worker, instance: "b", cell: cells.isEmpty ? nil : cells[index])
        }
        if let omission = tally.omission { run.say("no networks and disks of their own: \(omission)") }
    }

    /// Ends everything, whatever came before.
    func close() {
        // Where the run was judged, all is stopped already; where it failed, files are wanted.
        run.fleet.stop(keepsFiles: true)
        broker.stop()
        for cell in cells { cell.close() }
    }

    /// Goes on until there were so many faults and so much time has gone, and judges the end.
    func prove(faults: Int, minutes: Int) throws {
        var deck = ProofDeck(hasCells: !cells.isEmpty)
        let deadline = SuspendingClock.now + .seconds(60 * minutes)
        let begun = SuspendingClock.now
        var isMiddleOver = false
        while tally.faults < faults || SuspendingClock.now < deadline {
            try sendStretch(of: faults)
            try awaitProgress(random.below(100))
            let fault = deck.draw(using: &random)
            try inject(fault)
            if let failure = run.fleet.failure { throw FleetFailure(failure) }
            let half = begun + (deadline - begun) / 2
            let isMiddle = !isMiddleOver && 2 * tally.faults >= faults && SuspendingClock.now >= half
            isMiddleOver = isMiddleOver || isMiddle
            tally.look(at: everyone, isMiddle: isMiddle)
        }
        try run.fleet.send(run.history.events[sent...])
        sent = run.history.events.count
        run.say("the last of \(tally.faults) faults is over, \(sent) events sent")
        try run.finish { self.tally.look(at: self.everyone, isEnd: true) }
        run.say("\n\(tally.text)")
        for (name, instance) in tally.instances {
            #expect(instance.peak.anonymousKiB < Self.most.anonymousKiB, "memory of \(name)")
            #expect(instance.peak.files < Self.most.files, "open files of \(name)")
        }
    }

    private var everyone: [WorkerProcess] { run.fleet.processes + [run.fleet.coordinator].compactMap { $0 } }

    /// The history's next part; when all of it is sent, more, as long as the workers keep up.
    private func sendStretch(of faults: Int) throws {
        let events = run.history.events
        if sent < events.count {
            let end = min(sent + max(events.count / max(faults, 1) + 1, Self.stretch), events.count)
            try run.fleet.send(events[sent..<end])
            sent = end
        } else if try lag() < 10 * Self.stretch {
            try run.sendMore(Self.stretch)
            sent = run.history.events.count
        }
    }

    /// Asks by a client that knows nothing of earlier brokers: one that lived through the faults may ask the wrong one.
    func ask<Answer>(_ question: (Admin) throws -> Answer) throws -> Answer {
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        return try question(admin)
    }

    /// How many events are not taken yet.
    private func lag() throws -> Int64 { try ask(lag) }

    private func lag(_ admin: Admin) throws -> Int64 {
        try Fleet.workers.reduce(0) { sum, worker in
            let topics = (ClusterRun.topics[worker] ?? []).map { "bc.changes.\($0)" }
            let partitions = run.fleet.partitions(of: topics).filter {
                topics.contains(String($0.topic.dropFirst(run.fleet.prefix.count)))
            }
            let ends = try admin.endOffsets(partitions, isolation: .readUncommitted)
            let committed = try admin.groupOffsets("\(run.fleet.prefix)\(worker)", partitions)
            return sum + ends.reduce(0) { $0 + $1.value - (committed[$1.key].flatMap { $0 } ?? 0) }
        }
    }

    /// Waits until so many more changes are delivered, or nothing happens for a while.
    func awaitProgress(_ count: Int) throws {
        let wanted = run.fleet.target.count + count
        let deadline = SuspendingClock.now + .seconds(3)
        while SuspendingClock.now < deadline {
            if run.fleet.target.waitFor(count: wanted, timeoutMs: 100) { return }
            if let failure = run.fleet.failure { throw FleetFailure(failure) }
        }
    }
}
