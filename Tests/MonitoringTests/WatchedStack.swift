// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import LocalStack
import SyncModel
import SyncTestSupport
import TableMappings
import TopicCatalog

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// All executables as processes on an embedded broker, with Business Central's demo company but for the units of items,
/// for which the rest then waits.
final class WatchedStack {
    static let coordinator = "coordinator"
    private let broker: EmbeddedBroker
    private let directory: String
    /// By the name of the executable.
    private(set) var processes: [String: WorkerProcess] = [:]

    init() throws {
        directory = NSTemporaryDirectory() + "watched-\(UUID().uuidString)"
        broker = try EmbeddedBroker()
        for topic in try TopicCatalog.bundled().topics {
            try broker.createTopic(topic.name, partitions: topic.partitions)
        }
        let mappings = try MappingCatalog.load(overrides: nil)
        var events = try DemoEvents(
            directory: "\(ProjectFile.folder)/Examples/contoso",
            catalog: mappings,
            company: "CRONUS International Ltd.",
            time: Int64(Date().timeIntervalSince1970 * 1_000)
        )
        let read = Set(mappings.active(conditions: [.unitGroups, .priceLists]).flatMap(\.sourceEntities))
        events.keep { read.contains($0.entity) && $0.entity != "item-units" }
        try events.send(KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers]))
        for name in mappings.workers + [Self.coordinator] {
            let process = try WorkerProcess(
                name,
                instance: "a",
                executables: Self.executables,
                directory: directory,
                environment: settings(of: name)
            )
            processes[name] = process
            try process.start()
        }
    }

    private func settings(of name: String) -> [String: String] {
        let common = ["KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "SYNC_HTTP": "127.0.0.1:0"]
        let own =
            name == Self.coordinator
            ? ["SYNC_STUCK_AFTER": "1s"]
            : ["SYNC_LOCAL_CURRENCY": "GBP", "SYNC_COMPANY": "CRONUS International Ltd."]
        return common.merging(own) { $1 }
    }

    /// Where the executables lie: beside the tests.
    private static var executables: String {
        let own = Bundle.main.executableURL?.deletingLastPathComponent().path ?? ""
        let isThere = FileManager.default.isExecutableFile(atPath: "\(own)/unit-worker")
        return isThere ? own : "\(ProjectFile.folder)/.build/debug"
    }

    /// Host and port of each process, once all have said where they listen.
    func addresses() async throws -> [String: String] {
        var addresses: [String: String] = [:]
        for (name, process) in processes {
            let address: String = try await eventually("\(name) listens: \(process.logEnd)") {
                guard process.isRunning else {
                    throw MonitoringFailure(description: "\(name) ended: \(process.logEnd)")
                }
                return try ProjectFile.matches(#"^listening on http://(\S+)$"#, in: process.logText).first
            }
            addresses[name] = address
        }
        return addresses
    }

    /// What a process answers at a path.
    static func get(_ address: String, _ path: String) async throws -> (status: Int, body: String) {
        guard let url = URL(string: "http://\(address)/\(path)") else {
            throw MonitoringFailure(description: "no URL: \(address)/\(path)")
        }
        let (data, response) = try await URLSession.shared.data(from: url)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    func close() {
        for process in processes.values { process.stop() }
        broker.close()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
