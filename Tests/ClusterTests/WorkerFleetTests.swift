// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import SeededRandom
import SyncModel
import SyncTestSupport
import TableMappings
import Testing

/// The six worker processes on a real Kafka: everything arrives, once and in order, whatever happens to them.
@Suite(.serialized, .enabled(if: RealBroker.home != nil, "KAFKA_HOME names no Apache Kafka"), .realBroker)
struct WorkerFleetTests {
    @Test(.timeLimit(.minutes(20)))
    func everythingArrivesOnceAndInOrder() throws {
        let run = try ClusterRun("calm", on: try #require(RealBrokerScope.current), scale: 2)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startAll()
        try run.finish()
    }

    @Test(.timeLimit(.minutes(20)))
    func closedGatesLoseAndDoubleNothing() throws {
        let broker = try #require(RealBrokerScope.current)
        let run = try ClusterRun("gates", on: broker, scale: 1)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startCoordinator(gateHigh: 50, gateLow: 5)
        try run.fleet.startAll()
        try run.finish { awaitOpenGates(run) }
        let told = try ToldGates(run.fleet)
        run.say("\(told.all.count) gates were told, \(told.flips.count) flips")
        #expect(told.flips.count >= 2, "a gate that closed and opened again")
    }

    /// Marks so low that gates close all the time, and so close to each other that lag stays at them.
    @Test(.timeLimit(.minutes(10)))
    func gatesAtTheMarkChangeAtMostOnceASecond() throws {
        let run = try ClusterRun("mark", on: try #require(RealBrokerScope.current), scale: 1)
        try run.fleet.startCoordinator(gateHigh: 20, gateLow: 19)
        try run.fleet.startAll()
        let events = run.history.events
        for begin in stride(from: 0, to: events.count, by: 60) {
            try run.fleet.send(events[begin..<min(begin + 60, events.count)])
            // As much again when the other side has some of it: neither nothing nor everything is to be read.
            _ = run.fleet.target.waitFor(count: begin, timeoutMs: 500)
        }
        try run.finish { awaitOpenGates(run) }
        let told = try ToldGates(run.fleet)
        run.say("\(told.flips.count) flips")
        #expect(told.flips.count >= 4, "gates that change more than once")
    }

    @Test(.timeLimit(.minutes(10)))
    func aKilledCoordinatorChangesNothing() throws {
        let run = try ClusterRun("uncoordinated", on: try #require(RealBrokerScope.current), scale: 1)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startCoordinator(gateHigh: 50, gateLow: 5)
        try run.fleet.startAll()
        let coordinator = try #require(run.fleet.coordinator)
        try run.disturb(times: ClusterOptions.kills(6)) { index, random in
            run.say("kill \(index + 1) of the coordinator")
            coordinator.kill()
            // Every other time workers go on alone for a while, as far as the gates that it left let them.
            if index % 2 == 0 {
                let wanted = run.fleet.target.count + 50 + random.below(200)
                _ = run.fleet.target.waitFor(count: wanted, timeoutMs: 3_000)
            }
            try coordinator.start()
        }
        try run.finish { awaitOpenGates(run) }
        let told = try ToldGates(run.fleet)
        run.say("\(told.flips.count) flips")
    }

    /// Waits until all gates are open, and looks at how they came to be so.
    private func awaitOpenGates(_ run: ClusterRun) {
        do {
            let owners = try MappingCatalog.load(overrides: nil).mappings.map { ($0.name, $0.worker ?? "") }
            let known = Dictionary(owners) { first, _ in first }
            try waitUntil(within: .seconds(60), "open gates") {
                try ToldGates(run.fleet).closed.isEmpty ? () : nil
            }
            #expect(try ToldGates(run.fleet).faults(owners: known) == [], "seed \(run.seed)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func killedWorkersLoseAndDoubleNothing() throws {
        let run = try ClusterRun("kills", on: try #require(RealBrokerScope.current), scale: 2)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startAll()
        let kills = ClusterOptions.kills(8)
        try run.disturb(times: kills) { index, random in
            let process = run.fleet.processes[random.below(run.fleet.processes.count)]
            // The first of all leaves the copy that comes back once; every fifth loses its disk.
            let state: WorkerProcess.State = index == kills / 2 ? .older : index % 5 == 4 ? .lost : .kept
            run.say("kill \(index + 1): \(process.worker), state \(state)")
            try process.killAndRestart(state)
        }
        try run.finish()
    }

    @Test(.enabled(if: ClusterOptions.isFull, "CLUSTER_FULL is not set"), .timeLimit(.minutes(20)))
    func aRestartedBrokerLosesAndDoublesNothing() throws {
        let broker = try #require(RealBrokerScope.current)
        let run = try ClusterRun("broker", on: broker, scale: 1)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startAll()
        try run.disturb(times: ClusterOptions.restarts(2)) { index, _ in
            run.say("restart \(index + 1) of the broker")
            try broker.killAndRestart()
        }
        try run.finish()
    }

    @Test(.enabled(if: ClusterOptions.isFull, "CLUSTER_FULL is not set"), .timeLimit(.minutes(5)))
    func ofTwoProcessesWithOneNameOneIsFenced() throws {
        let run = try ClusterRun("names", on: try #require(RealBrokerScope.current), scale: 1)
        let events = run.history.events
        try run.fleet.send(events[...])
        try run.fleet.startAll()
        try run.disturb(times: 1) { _, _ in
            let (old, new) = try run.fleet.startDouble(of: "product-worker")
            // Some events come again, as work for both; a tombstone has no version that would tell it as old.
            try run.fleet.send(events.suffix(1_000).filter { $0.value != nil }[...])
            try waitUntil(within: .seconds(60), "one of two processes with one name to end") {
                _ = run.fleet.target.waitFor(count: .max, timeoutMs: 200)
                return old.isRunning && new.isRunning ? nil : ()
            }
            let (ended, other) = old.isRunning ? (new, old) : (old, new)
            #expect(ended.waitUntilExit() == 1)
            #expect(ended.logText.contains("SYNC_INSTANCE \"a\""))
            #expect(other.isRunning)
            if ended === new { run.fleet.replace(new, by: old) }
        }
        try run.finish()
    }

    @Test(.timeLimit(.minutes(20)))
    func instancesComeAndGo() throws {
        let run = try ClusterRun("instances", on: try #require(RealBrokerScope.current), scale: 2)
        let events = run.history.events
        try run.fleet.send(events.dropLast(500))
        try run.fleet.startAll()
        try run.disturb(times: 6) { index, random in
            let worker = Fleet.workers[random.below(Fleet.workers.count)]
            switch index {
            case 0:
                for worker in ["product-worker", "invoice-worker"] { try run.fleet.start(worker, instance: "b") }
            case 1: try run.fleet.send(events.suffix(500))
            case 2, 3:
                run.say("one more \(worker)")
                try run.fleet.start(worker, instance: "c\(index)")
            default:
                let process = run.fleet.processes[random.below(6)]
                run.say("\(process.worker) \(process.instance) leaves")
                // Another of its kind takes over; where it was the only one, it comes back.
                let code = run.fleet.remove(process)
                #expect(code == 0)
                try run.fleet.start(process.worker, instance: "d\(index)")
            }
        }
        try run.finish()
    }

    /// Some calls of librdkafka wait for a broker that is silent beyond any time-out; a stopped container would be killed.
    @Test(.timeLimit(.minutes(10)))
    func workersEndWhileTheBrokerIsSilent() throws {
        let broker = try #require(RealBrokerScope.current)
        let run = try ClusterRun("silent", on: broker, scale: 1)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startAll()
        try run.disturb(times: 1) { _, _ in
            broker.pause()
            defer { broker.resume() }
            for process in run.fleet.processes { process.terminate() }
            for process in run.fleet.processes {
                #expect(process.waitUntilExit() == 0, "\(process.worker): \(process.logEnd)")
            }
            run.say("all workers have ended")
        }
        for process in run.fleet.processes { try process.start() }
        try run.finish()
    }

    /// A paused process is taken for dead, and is a zombie when it goes on: its partitions and its transaction are gone.
    @Test(.timeLimit(.minutes(10)))
    func zombiesLoseAndDoubleNothing() throws {
        let broker = try #require(RealBrokerScope.current)
        // The shortest session that brokers allow, and transactions that end before it.
        let settings = [
            "KAFKA_SESSION_TIMEOUT_MS": "6000", "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
            "KAFKA_TRANSACTION_TIMEOUT_MS": "4000",
        ]
        let run = try ClusterRun("zombies", on: broker, scale: 1, settings: settings)
        try run.fleet.send(run.history.events[...])
        try run.fleet.startAll()
        let workers = ["unit-worker", "product-worker", "price-worker", "invoice-worker"]
        for worker in workers { try run.fleet.start(worker, instance: "b") }
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        func awaitMembers(_ count: Int, of worker: String) throws {
            try waitUntil(within: .seconds(90), "\(count) members of \(worker)") {
                _ = run.fleet.target.waitFor(count: .max, timeoutMs: 200)
                let members = try admin.describeGroup("\(run.fleet.prefix)\(worker)").members
                return members.count == count && members.allSatisfy { !$0.assignment.isEmpty } ? () : nil
            }
        }
        try run.disturb(times: workers.count) { index, random in
            let worker = workers[index]
            let all = run.fleet.processes.filter { $0.worker == worker }
            let process = all[random.below(all.count)]
            try awaitMembers(2, of: worker)
            run.say("\(worker) \(process.instance) is paused")
            process.pause()
            defer { process.resume() }
            try awaitMembers(1, of: worker)
            run.say("\(worker) \(process.instance) goes on")
        }
        try run.finish()
    }
}
