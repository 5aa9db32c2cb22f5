// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import KafkaTestSupport
import SyncTestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Two coordinators as processes on a real Kafka: whatever becomes of the active one, the other goes on with its gates.
@Suite(.serialized, .enabled(if: RealBroker.home != nil, "KAFKA_HOME names no Apache Kafka"), .realBroker)
struct CoordinatorTakeoverTests {
    /// How long no coordinator may be active.
    private static let limit = Duration.seconds(30)
    private static let units = "bc.changes.item-units"

    @Test(
        "the other one takes over within 30 seconds when the active one is killed or stands still",
        .timeLimit(.minutes(5))
    )
    func takesOver() async throws {
        let broker = try #require(RealBrokerScope.current)
        let fleet = try Fleet(broker, prefix: "takeover.", executables: ClusterOptions.executables)
        defer { fleet.stop() }
        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        defer { admin.close() }
        let both = try ["a", "b"].map { try coordinator($0, fleet) }
        defer { for process in both { process.kill() } }
        try both[0].start()
        try await eventually("the first is active", both) { try await isActive(both[0]) }
        // More than the mark, of what others depend on; nobody reads it.
        try putUnits(20, in: fleet)
        try await eventually("a closed gate", both) { try await gate(both[0], fleet) == false }
        try both[1].start()
        try await eventually("the second stands by", both) { try await isStandingBy(both[1]) }

        var active = 0
        for round in 1...2 {
            let (leaving, staying) = (both[active], both[1 - active])
            #expect(try await isActive(leaving))
            #expect(try await !isActive(staying))
            leaving.kill()
            let began = ContinuousClock.now
            try await eventually("the other one is active", [staying]) { try await isActive(staying) }
            print("killed, round \(round): the other one was active after \(ContinuousClock.now - began)")
            #expect(try await gate(staying, fleet) == false)
            try leaving.start()
            try await eventually("the killed one stands by", both) { try await isStandingBy(leaving) }
            #expect(try await isActive(staying))
            active = 1 - active
        }
        let (leaving, staying) = (both[active], both[1 - active])
        leaving.pause()
        let began = ContinuousClock.now
        try await eventually("the other one is active", [staying]) { try await isActive(staying) }
        print("stopped where it was: the other one was active after \(ContinuousClock.now - began)")
        leaving.resume()
        try await eventually("the one that stood still stands by", both) { try await isStandingBy(leaving) }
        #expect(try await isActive(staying))

        // And it decides: what lay unread is read.
        let ends = try admin.endOffsets(fleet.partitions(of: [Self.units]), isolation: .readUncommitted)
        try admin.alterGroupOffsets("\(fleet.prefix)unit-worker", ends)
        try await eventually("an open gate", both) { try await gate(staying, fleet) == true }
    }

    private func coordinator(_ instance: String, _ fleet: Fleet) throws -> WorkerProcess {
        try WorkerProcess(
            "coordinator",
            instance: instance,
            executables: ClusterOptions.executables,
            directory: fleet.directory,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": fleet.broker.bootstrapServers, "SYNC_TOPIC_PREFIX": fleet.prefix,
                "SYNC_HTTP": "127.0.0.1:0", "SYNC_GATE_HIGH": "10", "SYNC_GATE_LOW": "2",
            ]
        )
    }

    private func putUnits(_ count: Int, in fleet: Fleet) throws {
        let producer = try Producer(configuration: fleet.broker.configuration(), observer: nil)
        defer { producer.close() }
        for number in 0..<count {
            try producer.produce(topic: fleet.prefix + Self.units, partition: Int32(number % 6), key: nil, value: [0])
        }
        try producer.flush(timeoutMs: 30_000)
    }

    private func isActive(_ process: WorkerProcess) async throws -> Bool {
        try await get(process, "metrics").contains("\nsync_coordinator_active 1\n")
    }

    /// It does its work, and is not the active one.
    private func isStandingBy(_ process: WorkerProcess) async throws -> Bool {
        let metrics = try await get(process, "metrics")
        return metrics.contains("\nsync_ready 1\n") && metrics.contains("\nsync_coordinator_active 0\n")
    }

    /// Whether a coordinator shows the gate of those who need units as open; nil where it knows of none.
    private func gate(_ process: WorkerProcess, _ fleet: Fleet) async throws -> Bool? {
        let metrics = try await get(process, "metrics")
        guard metrics.contains(#"sync_gate_open{worker="product-worker"}"#) else { return nil }
        return !metrics.contains("sync_gate_open{worker=\"product-worker\"} 0\n")
    }

    /// What it answers; empty where it does not, or has not said yet where.
    private func get(_ process: WorkerProcess, _ path: String) async throws -> String {
        let address = process.logText.split(separator: "\n").last { $0.hasPrefix("listening on ") }
        guard let url = address.flatMap({ URL(string: "\($0.dropFirst(13))/\(path)") }) else { return "" }
        var request = URLRequest(url: url)
        request.timeoutInterval = 5
        guard let (data, _) = try? await URLSession.shared.data(for: request) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Asks again and again, since nothing tells of a change over HTTP.
    private func eventually(
        _ what: String,
        _ processes: [WorkerProcess],
        _ claim: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + Self.limit
        while try await !claim() {
            guard ContinuousClock.now < deadline else {
                let logs = processes.map { "\($0.instance):\n\($0.logEnd)" }.joined(separator: "\n")
                throw FleetFailure("not within \(Self.limit): \(what)\n\(logs)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
