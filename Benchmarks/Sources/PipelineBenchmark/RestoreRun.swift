// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import ItemEvents
import Kafka
import KafkaTestSupport

/// How fast an empty state is made from the changelog, by the worker and by a loader that only consumes and stores.
struct RestoreRun {
    var couplings: Int
    /// Records a second of the worker.
    var workerRate: Double
    /// Records a second of the loader.
    var loaderRate: Double
    /// Memory of the worker afterwards that is no file's, in bytes.
    var anonymousBytes: Int
    /// The seconds that a restart with the local state takes.
    var restartSeconds: Double
    /// The same memory after that restart.
    var restartAnonymousBytes: Int
    /// Bytes of the changelog's segments.
    var segmentBytes: Int

    /// Runs both; the changelog is full already.
    init(_ cluster: BenchmarkCluster, couplings: Int) throws {
        self.couplings = couplings
        let records = Double(try cluster.ends(of: RestoreRun.changelog).values.reduce(0, +))
        loaderRate = try RestoreRun.load(cluster)
        let state = "\(cluster.directory)/restored"
        try? FileManager.default.removeItem(atPath: state)
        let first = try RestoreRun.start(cluster, state: state)
        workerRate = records / first.seconds
        anonymousBytes = first.figures.anonymousBytes
        let second = try RestoreRun.start(cluster, state: state)
        restartSeconds = second.seconds
        restartAnonymousBytes = second.figures.anonymousBytes
        segmentBytes = cluster.segmentBytes(of: RestoreRun.changelog)
    }

    static let changelog = "sync.couplings.product-worker"

    /// Fills the changelog with copies of one record, each with the id and number of one of these items.
    static func fillChangelog(_ cluster: BenchmarkCluster, items: Range<Int>) throws {
        let template = try self.template(cluster)
        let producer = try Producer(configuration: cluster.broker.configuration(), observer: nil)
        defer { producer.close() }
        for item in items {
            // Beside the items that are coupled already.
            let (key, value) = template.record(of: 20_000_000 + item)
            let partition = Murmur2.partition(
                forKey: ItemEvent.id(20_000_000 + item),
                count: cluster.partitions
            )
            try producer.produce(topic: changelog, partition: partition, key: key, value: value)
        }
        try producer.flush(timeoutMs: 120_000)
    }

    private static func template(_ cluster: BenchmarkCluster) throws -> CouplingTemplate {
        // The newest: the first ones may be of items that still waited for their units.
        var newest: (key: [UInt8], value: [UInt8])?
        let partition = TopicPartition(changelog, 0)
        try OutputReader(cluster: cluster).read(changelog, from: [partition: Consumer.beginning]) { message in
            if let key = message.key, let value = message.value { newest = (Array(key), Array(value)) }
        }
        let template = newest.flatMap { CouplingTemplate(key: $0.key, value: $0.value) }
        guard let template else { throw BenchmarkFailure("no coupling in \(changelog)") }
        return template
    }

    private static func load(_ cluster: BenchmarkCluster) throws -> Double {
        let own = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        let directory = "\(cluster.directory)/loaded"
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let log = URL(filePath: "\(cluster.directory)/loader.log")
        try? FileManager.default.removeItem(at: log)
        let process = try KillableProcess(
            "\(own)/BareLoader",
            [],
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": cluster.broker.bootstrapServers, "CHANGELOG": changelog,
                "PARTITIONS": "\(cluster.partitions)", "DIRECTORY": directory,
            ],
            log: log
        )
        guard process.waitUntilExit() == 0 else { throw BenchmarkFailure("the loader failed") }
        let words = try String(contentsOf: log, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap {
            Double($0)
        }
        guard words.count == 2, words[1] > 0 else { throw BenchmarkFailure("the loader said nothing") }
        try? FileManager.default.removeItem(atPath: directory)
        return words[0] / words[1]
    }

    /// Starts a worker on a state and stops it when it has taken up its partitions.
    private static func start(
        _ cluster: BenchmarkCluster,
        state: String
    ) throws -> (seconds: Double, figures: ProcessFigures) {
        let log = URL(filePath: "\(cluster.directory)/restore.log")
        try? FileManager.default.removeItem(at: log)
        var settings = Contender.settings("product-worker", cluster)
        settings["SYNC_STATE_DIR"] = state
        settings["SYNC_LOG_FORMAT"] = "logfmt"
        let process = try KillableProcess(
            "\(cluster.executables)/product-worker",
            [],
            environment: settings,
            log: log
        )
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let seconds = try waitUntil(within: .seconds(600), "the state to be restored") { () -> Double? in
            guard process.isRunning else { throw BenchmarkFailure("the worker ended, see \(log.path)") }
            Thread.sleep(forTimeInterval: 0.1)
            let lines = (try? String(contentsOf: log, encoding: .utf8))?.split(separator: "\n") ?? []
            let line = lines.first { $0.contains("partitions taken up") }
            return line?.split(separator: " ").first { $0.hasPrefix("seconds=") }.flatMap { Double($0.dropFirst(8)) }
        }
        return (seconds, ProcessFigures(process.processID))
    }
}
