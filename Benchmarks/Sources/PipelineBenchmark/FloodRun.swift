// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport

/// A worker that works off a backlog while its endpoint and the coordinator's page are left alone, watched, or flooded.
struct FloodRun {
    /// What happens at the endpoints.
    enum Kind: String, CaseIterable {
        /// Nobody asks.
        case alone
        /// Health, metrics and the page are asked for once a second.
        case watched
        /// The same, under a flood.
        case flooded
    }

    /// How much is sent.
    struct Flood {
        /// Connections that are opened at each endpoint and left.
        var left = 1_000
        /// Malformed requests to each endpoint.
        var malformed = 10_000
        var seconds = 10
    }

    var kind: Kind
    var throughput: ThroughputRun
    /// Processor time of the worker's HTTP threads over the same stretch, in microseconds an event.
    var endpointMicroseconds = 0.0
    /// Processor time of the coordinator's HTTP threads over the same stretch, in seconds.
    var coordinatorEndpointSeconds = 0.0
    var seen = EndpointWatch.Seen()
    /// What the sender says in the end, by name.
    var flood: [String: Double] = [:]

    /// Runs it once; the events lie ready.
    ///
    /// Where the worker spends its time is recorded by `perf` where a file for it is named.
    init(
        _ kind: Kind,
        _ cluster: BenchmarkCluster,
        coordinator: BenchmarkCoordinator,
        sizes: OutputSizes,
        events: Int,
        flood plan: Flood,
        profile: String? = nil
    ) throws {
        self.kind = kind
        let contender = Contender(kind: .worker, batchMax: 4_000)
        var (watch, seen): (EndpointWatch?, EndpointWatch.Seen) = (nil, EndpointWatch.Seen())
        var sender: KillableProcess?
        var profiler: KillableProcess?
        let log = "\(cluster.directory)/flood.log"
        try? FileManager.default.removeItem(atPath: log)
        var before = (worker: 0.0, coordinator: 0.0)
        var after = before
        throughput = try ThroughputRun(contender, cluster, sizes: sizes, events: events) { process in
            let worker = try waitUntil(within: .seconds(10), "the worker's endpoint") {
                EndpointClient(log: "\(cluster.directory)/product-worker.log")
            }
            if let profile {
                profiler = try KillableProcess(
                    "/usr/bin/perf",
                    ["record", "-F", "1999", "-g", "-o", profile, "-p", "\(process.processID)"],
                    environment: [:],
                    log: URL(filePath: "\(cluster.directory)/perf.log")
                )
            }
            before = FloodRun.endpointSeconds(process, coordinator)
            watch = EndpointWatch(
                asks: kind != .alone,
                worker: process.processID,
                worker,
                coordinator: coordinator.process.processID,
                coordinator.client
            )
            if kind == .flooded {
                sender = try FloodRun.start(plan, at: [worker.port, coordinator.client.port], log: log)
            }
        } ended: { process in
            after = FloodRun.endpointSeconds(process, coordinator)
            // Before the worker ends, or those who ask then would count as refused.
            if let watch { seen = watch.end() }
            profiler?.terminate()
            profiler?.waitUntilExit()
        }
        self.seen = seen
        if let sender {
            guard sender.waitUntilExit() == 0 else { throw BenchmarkFailure("the flood failed") }
            flood = try FloodRun.pairs(in: log)
            if flood["taken"] != 0 { throw BenchmarkFailure("malformed requests were taken for good ones") }
        }
        endpointMicroseconds = (after.worker - before.worker) * 1e6 / Double(events)
        coordinatorEndpointSeconds = after.coordinator - before.coordinator
    }

    private static func endpointSeconds(
        _ worker: KillableProcess,
        _ coordinator: BenchmarkCoordinator
    ) -> (worker: Double, coordinator: Double) {
        (
            ProcessFigures.endpointSeconds(of: worker.processID),
            ProcessFigures.endpointSeconds(of: coordinator.process.processID)
        )
    }

    private static func start(_ plan: Flood, at ports: [UInt16], log: String) throws -> KillableProcess {
        let own = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        return try KillableProcess(
            "\(own)/EndpointFlood",
            [
                "--ports", ports.map { "\($0)" }.joined(separator: ","), "--left", "\(plan.left)", "--malformed",
                "\(plan.malformed)", "--seconds", "\(plan.seconds)",
            ],
            environment: [:],
            log: URL(filePath: log)
        )
    }

    private static func pairs(in log: String) throws -> [String: Double] {
        let words = try String(contentsOfFile: log, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        return Dictionary(
            words.compactMap { word in
                let parts = word.split(separator: "=")
                return parts.count == 2 ? Double(parts[1]).map { (String(parts[0]), $0) } : nil
            }
        ) { $1 }
    }
}
