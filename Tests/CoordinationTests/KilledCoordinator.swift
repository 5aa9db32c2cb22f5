// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kafka
import SimulatedKafka
import SyncModel
import Telemetry

@testable import Coordination

/// One story of gates and a hold on a simulated cluster, in which a coordinator is killed at one of its calls.
///
/// A backlog comes, an operator holds a mapping, the backlog is read, comes again and is read again, and the hold ends. What
/// the dead one leaves undone the next one has to do.
final class KilledCoordinator: SimulatedCourse {
    /// Where a coordinator is killed.
    struct Stage: Hashable, CustomStringConvertible {
        /// From 0: the coordinators in the order of their starts.
        let coordinator: Int
        /// How often it had called Kafka.
        let call: Int
        /// The call after which nothing of it comes any more.
        let operation: String
        /// What it was about.
        let what: String
        var description: String { "coordinator \(coordinator), call \(call), \(operation) while \(what)" }
    }

    /// A record of `sync.control`.
    struct Told: Equatable {
        let key: String
        let isOpen: Bool?
        let isTombstone: Bool
    }

    private struct Living {
        let coordinator: Coordinator
        let process: SimulatedProcess
        let view: CoordinatorView
        let health: Health
    }

    static let partitions: Int32 = 2
    private(set) var calls: [Stage] = []
    private(set) var told: [Told] = []
    /// Coordinators that were started.
    private(set) var starts = 0
    /// Gates that were closed when a coordinator was killed.
    private(set) var closedAtDeath: Set<String> = []
    /// Topics of workers and of both sides that are not as the story made them.
    private(set) var touched: [String] = []
    private let victims: [Int: Int]
    private let hasStandby: Bool
    private let hasHistory: Bool
    /// What others wrote to `sync.control` before, more than is read in one round.
    static let longHistory = 1_200
    private var cluster: SimulatedCluster
    private var coordinators: [Living] = []
    private let configuration: CoordinatorConfiguration
    private var written: [TopicPartition: Int64] = [:]

    /// Plays the story; `victims` says at which of its calls each coordinator is killed, by its number.
    ///
    /// With a standby the second runs from the beginning; else the next is started when the one before is dead.
    /// `hasHistory`: there is so much in `sync.control` that it takes rounds to be read.
    init(killing victims: [Int: Int] = [:], hasStandby: Bool = false, hasHistory: Bool = false) throws {
        self.victims = victims
        self.hasStandby = hasStandby
        self.hasHistory = hasHistory
        var configuration = CoordinatorConfiguration(
            mappings: [
                .made("UNIT", worker: "unit-worker", entities: ["units"]),
                .made("PRODUCT", worker: "product-worker", entities: ["items"], refersTo: ["UNIT"]),
            ],
            kafka: KafkaConfiguration(["session.timeout.ms": "6000"])
        )
        configuration.gateHigh = 10
        configuration.gateLow = 2
        self.configuration = configuration
        let calm = CalmCourse()
        cluster = SimulatedCluster(now: 1_775_000_000_000, course: calm)
        for worker in ["unit-worker", "product-worker"] {
            for topic in configuration.topics(of: worker) + [configuration.couplingsTopic(of: worker)] {
                cluster.makeTopic(topic, partitions: Self.partitions)
            }
        }
        cluster.makeTopic(configuration.controlTopic, partitions: 1)
        cluster.makeTopic(configuration.statusTopic, partitions: 1)
        for _ in 0..<(hasHistory ? Self.longHistory : 0) {
            _ = cluster.append(configuration.controlTopic, partition: 0, key: Array("other".utf8), value: [0])
        }
        cluster.course = self
        try play()
        judge()
    }

    // MARK: The story

    private func play() throws {
        try startNext()
        if hasStandby { try startNext() }
        // Active for a while, with nothing to say.
        let begin = cluster.now + 10_000
        try goOn { self.cluster.now > begin }
        try putBacklog()
        try goOn { self.gates["product-worker"]?.isOpen == false }
        try order(Hold(mapping: "UNIT", reason: "a count", sinceMs: cluster.now))
        try readBacklog()
        try goOn { self.gates["product-worker"]?.isOpen == true }
        try putBacklog()
        try goOn { self.gates["product-worker"]?.isOpen == false }
        try order(nil)
        try readBacklog()
        try goOn { self.gates["product-worker"]?.isOpen == true }
        // And nothing more is said.
        let end = cluster.now + 20_000
        try goOn { self.cluster.now > end }
    }

    private func putBacklog() throws {
        for number in 0..<24 { put("bc.changes.units", Int32(number % 2)) }
    }

    private func put(_ topic: String, _ partition: Int32) {
        let place = cluster.append(topic, partition: partition, key: nil, value: Array("{}".utf8))
        written[place, default: 0] += 1
    }

    /// The unit worker has read all that there is.
    private func readBacklog() throws {
        let process = cluster.makeProcess("unit-worker")
        let consumer = SimulatedClients(process).makeConsumer(
            configuration.kafka,
            group: configuration.group(of: "unit-worker"),
            observer: nil
        )
        try consumer.subscribe(["bc.changes.units"], startOffsets: nil) { _ in }
        _ = consumer.poll(timeoutMs: 0)
        let places = (0..<Self.partitions).map { TopicPartition("bc.changes.units", $0) }
        try consumer.commit(Dictionary(uniqueKeysWithValues: places.map { ($0, cluster.end(of: $0)) }))
        consumer.close()
    }

    /// An operator asks for a hold or its end on the page, again where the coordinator died before it showed it.
    private func order(_ hold: Hold?) throws {
        let order = HoldOrder(mapping: "UNIT", hold: hold)
        var asked: Int?
        try goOn {
            guard let index = self.coordinators.indices.last(where: { !self.coordinators[$0].process.isDead }) else {
                return false
            }
            let view = self.coordinators[index].view
            // Before it has read `sync.control` a coordinator says that it is not ready, and shows no holds.
            guard self.coordinators[index].health.isReady else { return false }
            if view.snapshot.holds.isEmpty == (hold == nil), asked != nil { return true }
            if asked != index {
                asked = index
                _ = view.give(order)
            }
            return false
        }
    }

    /// Lets the living go on until the claim holds.
    private func goOn(until claim: () -> Bool) throws {
        for _ in 0..<4_000 {
            if claim() { return }
            if coordinators.allSatisfy(\.process.isDead) {
                // After the dead one's session the next is assigned at once, before it has read anything.
                if hasHistory { cluster.advance(10_000) }
                try startNext()
            }
            for living in coordinators where !living.process.isDead {
                try alive(living.process) { try living.coordinator.step() }
            }
            // A step that asked nothing took no time.
            cluster.advance(50)
        }
        throw WaitedInVain(what: "the story to go on: \(coordinators.map { "\($0.coordinator.role)" })", reasons: [:])
    }

    private func startNext() throws {
        let process = cluster.makeProcess("\(coordinators.count)")
        let view = CoordinatorView()
        let health = Health()
        var own = configuration
        own.instance = process.name
        let clock = cluster.clock
        try alive(process) {
            let coordinator = try Coordinator(
                own,
                log: Log(level: .error),
                metrics: Metrics(),
                health: health,
                clock: { clock.now },
                view: view,
                clients: SimulatedClients(process)
            )
            coordinators.append(Living(coordinator: coordinator, process: process, view: view, health: health))
            _ = try coordinator.start { process.isDead }
        }
    }

    private func alive(_ process: SimulatedProcess, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            guard process.isDead else { throw error }
        }
    }

    // MARK: What the course decides

    func begin(_ operation: String, of process: SimulatedProcess) throws -> SimulatedOutcome {
        guard let number = Int(process.name), coordinators.indices.contains(number) else { return .answered }
        let stage = Stage(coordinator: number, call: process.calls, operation: operation, what: what(number))
        calls.append(stage)
        guard victims[number] == process.calls else { return .answered }
        closedAtDeath = Set(gates.values.filter { !$0.isOpen }.map(\.worker))
        process.kill()
        throw ProcessEnded()
    }

    func choose(_ count: Int) -> Int { 0 }

    /// What a coordinator is about, as far as its own state tells.
    private func what(_ number: Int) -> String {
        let coordinator = coordinators[number].coordinator
        let closed = coordinator.ledger.gates.values.contains { !$0.isOpen }
        switch coordinator.role {
        case .standby: return coordinator.isMember ? "standing by" : "starting"
        case .takingOver: return "taking over"
        case .active where told.isEmpty && gates.isEmpty: return "active before any gate"
        case .active: return closed ? "active with a closed gate" : "active with open gates"
        }
    }

    // MARK: What came of it

    private var gates: [String: Gate] {
        var ledger = ControlLedger()
        for record in cluster.records(TopicPartition(configuration.controlTopic, 0)) {
            record.key?.withUnsafeBytes { key in
                (record.value ?? []).withUnsafeBytes { value in
                    try? ledger.takeControl(key: key, value: record.value == nil ? nil : value)
                }
            }
        }
        return ledger.gates
    }

    private func judge() {
        let document = JSONDocument()
        for record in cluster.records(TopicPartition(configuration.controlTopic, 0))
        where record.key != Array("other".utf8) {
            told.append(
                Told(
                    key: String(decoding: record.key ?? [], as: UTF8.self),
                    isOpen: record.value.flatMap { try? document.parse($0)["open"]?.bool },
                    isTombstone: record.value == nil
                )
            )
        }
        for (topic, count) in cluster.topics {
            guard topic != configuration.controlTopic, topic != configuration.statusTopic else { continue }
            for partition in 0..<count {
                let place = TopicPartition(topic, partition)
                if cluster.end(of: place) != written[place, default: 0] { touched.append("\(place)") }
            }
        }
        starts = coordinators.count
    }

    /// The flips of the gate, without what says nothing new.
    var flips: [Bool] { told.filter { $0.key == "gate/product-worker" }.compactMap(\.isOpen) }

    /// What was said of the hold.
    var holds: [Told] { told.filter { $0.key == "hold/UNIT" } }
}
