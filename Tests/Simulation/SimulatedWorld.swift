// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SeededRandom
import SimulatedKafka
import SyncEngine
import SyncModel
import SyncTestSupport
import Telemetry
import TopicCatalog
import WorkerRuntime

/// The six workers with all that surrounds them, on one thread: a seed decides who runs when and what goes wrong.
///
/// Every call of a worker's clients is a place where others may run, where it may crash, be paused, or get no answer.
final class SimulatedWorld: SimulatedCourse {
    let plan: SimulationPlan
    let history: SourceHistory
    private(set) var cluster: SimulatedCluster
    private(set) var delivery: SimulatedDelivery
    private(set) var instances: [SimulatedInstance] = []
    /// What went wrong how often.
    private(set) var faultsByKind: [SimulationPlan.Fault: Int] = [:]
    /// A number for the whole course of the run: two runs of a seed have the same.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var calls = 0
    private(set) var trace: [String] = []
    let mischief = SimulatedMischief()
    private(set) var coordinator: SimulatedCoordinator?
    private let installed: Installed
    private let log: Log
    private let isTraced: Bool
    private let directory: String
    private var numbers: SeededGenerator
    private var faults = 0
    private var produced = 0
    private var depth = 0
    /// Whether anything may still go wrong.
    private var isStormy = true
    private var outageUntil = 0
    private var lastInstance = 0

    private static let silentOutput = open("/dev/null", O_WRONLY)

    init(_ plan: SimulationPlan, isTraced: Bool) throws {
        self.plan = plan
        self.isTraced = isTraced
        installed = try Installed.shared.get()
        numbers = SeededGenerator(spreading: plan.seed &+ 1)
        var random = SeededGenerator(seed: plan.seed)
        let company = installed.company.part(invoices: plan.invoices, prices: plan.prices, using: &random)
        var options = SourceHistory.Options(seed: plan.seed)
        options.doomedItems = 1
        options.duplicates = 10
        options.objectKeys = 10
        options.withoutKey = 10
        history = SourceHistory(company, options)
        let course = CalmCourse()
        cluster = SimulatedCluster(now: 1_775_000_000_000, course: course)
        for topic in installed.topics.topics {
            cluster.makeTopic(
                topic.name,
                partitions: topic.partitions == 1 ? 1 : plan.partitions,
                isCompacted: topic.name.hasPrefix("sync.couplings.")
            )
        }
        cluster.slowness = plan.slowness
        delivery = SimulatedDelivery(cluster, isConfirmed: plan.isConfirmed)
        log = Log(format: .logfmt, level: isTraced ? .info : .error, output: isTraced ? 2 : Self.silentOutput)
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        directory = "\(root)/sync-simulation-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
        cluster.course = self
        coordinator = plan.coordination.map { SimulatedCoordinator($0, on: cluster, installed, log: log) }
    }

    deinit {
        for instance in instances { instance.kill() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Plays the history in disorder, then lets everything come to rest.
    ///
    /// - Returns: why it did not come to rest; nil where it did.
    func play() throws -> String? {
        for worker in Installed.workers {
            for _ in 0..<plan.instances { try addInstance(worker) }
        }
        coordinate(1)
        while produced < history.events.count || choose(200) > 0 {
            try act()
            if let failure { return failure }
        }
        return try rest()
    }

    /// The topics with events that some worker reads.
    var changeTopics: [String] { Set(installed.configurations.values.flatMap(\.changeTopics)).sorted() }

    /// The mappings of all workers.
    var mappings: [String] { installed.configurations.values.flatMap { $0.mappings.map(\.mapping.name) }.sorted() }

    /// The workers that read a topic.
    func readers(of topic: String) -> [String] {
        Installed.workers.filter { installed.configurations[$0]?.changeTopics.contains(topic) == true }
    }

    /// A worker that has ended by itself.
    private var failure: String? { instances.lazy.compactMap(\.failure).first ?? coordinator?.failure }

    /// Lets the coordinator do one round, or one of so many rounds without it start the next one.
    private func coordinate(_ rounds: Int) {
        guard let coordinator else { return }
        depth += 1
        if !coordinator.isDead {
            coordinator.step()
        } else if choose(rounds) == 0 {
            coordinator.start()
        }
        depth -= 1
    }

    private func addInstance(_ worker: String) throws {
        lastInstance += 1
        let instance = try SimulatedInstance(worker, "i\(lastInstance)", in: directory)
        instances.append(instance)
        start(instance)
    }

    private func start(_ instance: SimulatedInstance) {
        guard var configuration = installed.configurations[instance.workerName] else { return }
        configuration.engine.isConfirmed = plan.isConfirmed
        note("start \(instance.description)")
        depth += 1
        instance.start(configuration, on: cluster, log: log, batchMax: plan.batchMax)
        depth -= 1
    }

    private func act() throws {
        switch choose(100) {
        case 0..<10: produceSome()
        case 10..<67: stepOne()
        case 67: mischief.turnGate(of: self, isClosing: { self.fault(.gate, 5_000, $0) })
        case 68: if fault(.nonsense, 2_000) { mischief.sendNonsense(to: self) }
        case 69: try addTwin()
        case 70..<80: try delivery.deliver(limit: 1 + choose(10)) { choose($0) }
        case 80..<90: delivery.report(limit: 1 + choose(10), isLastDoubled: fault(.redelivery, 500))
        case 90..<92: cluster.compact()
        case 92..<94: try copyOne()
        case 94..<97: try reviveOne()
        case 97: if fault(.redelivery, 2_000) { delivery.goBack { choose($0) } }
        case 98: try changeMembership()
        default: cluster.advance(Int64(choose(300)))
        }
    }

    private func produceSome() {
        for _ in 0..<(1 + choose(6)) where produced < history.events.count {
            let event = history.events[produced]
            produced += 1
            let partition: Int32? = event.key == nil ? Int32(choose(Int(plan.partitions))) : nil
            _ = cluster.append("bc.changes.\(event.entity)", partition: partition, key: event.key, value: event.value)
        }
    }

    private func stepOne() {
        if coordinator != nil, choose(6) == 0 { coordinate(20) }
        let ready = instances.filter { $0.worker != nil && !$0.isRunning }
        guard !ready.isEmpty else { return }
        step(ready[choose(ready.count)])
    }

    private func step(_ instance: SimulatedInstance) {
        depth += 1
        instance.step()
        depth -= 1
    }

    private func copyOne() throws {
        guard plan.faults.contains(.olderState) else { return }
        let ready = instances.filter { $0.worker != nil && !$0.isRunning }
        if !ready.isEmpty { try ready[choose(ready.count)].keepCopy() }
    }

    private func reviveOne() throws {
        let down = instances.filter { $0.worker == nil && !$0.isRunning && !$0.isGone }
        guard !down.isEmpty else { return }
        try revive(down[choose(down.count)])
    }

    private func revive(_ instance: SimulatedInstance) throws {
        if fault(.lostState, 2_500) {
            try instance.loseState()
        } else if fault(.olderState, 2_500), try instance.restoreCopy() {
            note("older state of \(instance.description)")
        }
        start(instance)
    }

    private func changeMembership() throws {
        let ready = instances.filter { $0.worker != nil && !$0.isRunning }
        guard !ready.isEmpty, fault(.membership, 4_000) else { return }
        let instance = ready[choose(ready.count)]
        let others = ready.filter { $0.workerName == instance.workerName && $0 !== instance }
        guard others.isEmpty || choose(2) == 0 else {
            note("\(instance.description) leaves")
            instance.isGone = true
            depth += 1
            instance.stop()
            depth -= 1
            return
        }
        if others.count < 2 { try addInstance(instance.workerName) }
    }

    /// Starts a second process with the name of one that runs.
    private func addTwin() throws {
        let ready = instances.filter { $0.worker != nil && !$0.isRunning && !$0.hasTwin }
        guard !ready.isEmpty, fault(.twin, 500) else { return }
        let instance = ready[choose(ready.count)]
        instance.hasTwin = true
        let twin = try SimulatedInstance(instance.workerName, instance.name, in: "\(directory)/twin")
        twin.hasTwin = true
        instances.append(twin)
        start(twin)
    }

    /// Of processes with one name only one goes on, whichever it is.
    private func endTwins() {
        var names: Set<String> = []
        for instance in instances.reversed() where !instance.isGone && !names.insert(instance.description).inserted {
            instance.isGone = true
            instance.kill()
        }
    }

    func choose(_ count: Int) -> Int {
        let choice = numbers.below(count)
        digest = (digest ^ UInt64(truncatingIfNeeded: choice &+ count &* 31)) &* 0x100_0000_01b3
        return choice
    }

    func hasFetched() -> Bool { !isStormy || choose(6) < 5 }

    func hasHeard() -> Bool { !isStormy || choose(3) == 0 }

    func losesStart(of partition: TopicPartition) -> Bool { fault(.silence, 20, "of \(partition)") }

    /// Whether this goes wrong now, by its chance in ten thousand.
    private func fault(_ kind: SimulationPlan.Fault, _ chance: Int, _ what: @autoclosure () -> String = "") -> Bool {
        guard isStormy, plan.faults.contains(kind), choose(10_000) < chance, faults < plan.faultLimit else {
            return false
        }
        faults += 1
        faultsByKind[kind, default: 0] += 1
        note("fault \(faults): \(kind.rawValue) \(what())")
        return true
    }

    func begin(_ operation: String, of process: SimulatedProcess) throws -> SimulatedOutcome {
        calls += 1
        for byte in operation.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        if calls % 16 == 0 { cluster.advance(1) }
        try coordinator?.begin(operation, of: process)
        guard isStormy else { return .answered }
        // Most calls are polls; the others are where it matters.
        let rate = operation == "poll" ? plan.rate : operation == "produce" ? plan.rate * 2 : plan.rate * 8
        if fault(.crash, rate, "of \(process.name) at \(operation)") {
            process.kill()
            throw ProcessEnded()
        }
        // What a paused process still commits is what its successor has done too.
        if depth < 4, fault(.pause, operation == "commit" ? rate * 4 : rate, "of \(process.name) at \(operation)") {
            try pause(process)
        } else if depth < 4, choose(40) == 0 {
            for _ in 0..<(1 + choose(4)) { try act() }
        }
        return outcome(operation, process, rate)
    }

    /// The process gets no processor while the others go on, perhaps for longer than its session and its transaction.
    private func pause(_ process: SimulatedProcess) throws {
        process.silence()
        let end = cluster.now + Int64([500, 8_000, 12_000, 25_000][choose(4)])
        while cluster.now < end {
            for _ in 0..<(4 + choose(8)) { try act() }
            cluster.advance(Int64(200 + choose(1_000)))
        }
        process.wake()
        note("\(process.name) goes on")
    }

    private func outcome(_ operation: String, _ process: SimulatedProcess, _ rate: Int) -> SimulatedOutcome {
        if calls >= outageUntil {
            guard fault(.lostAnswer, rate, "of \(process.name) at \(operation)") else { return .answered }
            outageUntil = calls + 1 + choose(30)
        }
        return [.answered, .lost, .lostAnswer][choose(3)]
    }

    /// Nothing goes wrong any more; waits until nothing is left to do, also what is tried again after a while.
    private func rest() throws -> String? {
        isStormy = false
        note("calm")
        mischief.openAll(of: self)
        endTwins()
        for _ in 0..<8 {
            if let failure = try comeToRest() { return failure }
            let published = delivery.target.count
            // A delete that was refused is tried again after 10 minutes at the latest.
            cluster.advance(11 * 60_000)
            if let failure = try comeToRest() { return failure }
            if delivery.target.count == published { return nil }
        }
        return nil
    }

    private func comeToRest() throws -> String? {
        var quiet = 0
        for _ in 0..<1_000 {
            for instance in instances where instance.worker == nil && !instance.isGone { start(instance) }
            for instance in instances where instance.worker != nil { for _ in 0..<3 { step(instance) } }
            coordinate(1)
            try settleDelivery()
            if let failure { return failure }
            cluster.advance(500)
            quiet = isIdle && lag.isEmpty && !cluster.hasTransactions && delivery.isDone ? quiet + 1 : 0
            if quiet == 3 { return nil }
        }
        let situations = instances.compactMap { instance in
            instance.worker.map { "\n    \(instance.description): \($0.situation)" }
        }
        return "not at rest: lag \(lag.prefix(5))\(situations.joined())"
    }

    private func settleDelivery() throws {
        while !delivery.isDone, plan.isConfirmed || !cluster.hasTransactions {
            try delivery.deliver(limit: .max) { choose($0) }
            delivery.report(limit: .max, isLastDoubled: false)
        }
    }

    /// Whether every partition of every worker has one owner, which has nothing to do.
    private var isIdle: Bool {
        Installed.workers.allSatisfy { name in
            let owned = instances.filter { $0.workerName == name }.flatMap { $0.worker?.idlePartitions ?? [] }
            return owned.sorted() == Array(0..<plan.partitions)
        }
    }

    /// What the workers have not read yet.
    private var lag: [String] {
        var lag: [String] = []
        for (worker, configuration) in installed.configurations.sorted(by: { $0.key < $1.key }) {
            let committed = cluster.committed(worker)
            for topic in configuration.changeTopics + [configuration.inboxTopic] {
                for partition in 0..<plan.partitions {
                    let place = TopicPartition(topic, partition)
                    let behind = cluster.end(of: place, isStable: false) - (committed[place] ?? 0)
                    if behind != 0 { lag.append("\(worker) \(place): \(behind)") }
                }
            }
        }
        for instance in instances {
            for (place, position) in instance.worker?.changelogPositions ?? [:] {
                let behind = cluster.end(of: place) - position
                if behind > 0 { lag.append("\(instance.description) \(place): \(behind)") }
            }
        }
        return lag
    }

    private func note(_ text: @autoclosure () -> String) {
        if isTraced { trace.append("\(calls) \(cluster.now % 100_000_000) \(text())") }
    }
}
