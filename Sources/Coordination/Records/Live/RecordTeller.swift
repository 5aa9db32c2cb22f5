// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import Kafka
import SyncModel
import Telemetry

/// Keeps open pages of records up to date, on a thread of its own: reads on in the topics of records that have changed, and
/// asks Kafka for the ends of the couplings topics, so that who follows these can say that nothing is missing.
///
/// While no page is open it asks for nothing.
final class RecordTeller: Sendable {
    /// Pages hear so often that they are up to date, in milliseconds.
    static let beatMs: Int64 = 5_000
    /// A search that begins a watch is asked for again so often while there is none.
    private static let searchMs: Int64 = 1_000
    /// A connection to Kafka is used for so long.
    private static let clusterMs: Int64 = 300_000
    /// After Kafka did not answer it is left alone for so long.
    private static let pauseMs: Int64 = 2_000
    /// Longest look through the ends of topics, where more has come than can be read on.
    private static let lookMs: Int64 = 3_000

    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let desk: RecordDesk
    private let log: Log
    private let clock: @Sendable () -> Int64

    /// What it knows from one step to the next, on its thread.
    private struct Memory {
        var cluster: Cluster?
        var clusterSinceMs: Int64 = 0
        var beatMs: Int64 = 0
        var searchMs: Int64 = 0
        var pausedUntilMs: Int64 = 0

        mutating func disconnect() {
            cluster?.close()
            cluster = nil
        }
    }

    /// Makes a teller of the coordinator that writes the view; `clock` tells the time in milliseconds since 1970.
    init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        desk: RecordDesk,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.desk = desk
        self.log = log
        self.clock = clock
    }

    /// Works until told to stop; `isStopping` is asked several times a second.
    func run(isStopping: () -> Bool) {
        withoutActuallyEscaping(isStopping) { isStopping in
            var memory = Memory()
            while !isStopping() {
                desk.watches.wait(timeoutMs: 200)
                do {
                    try step(&memory, isStopping)
                } catch {
                    log.warning("records that are looked at cannot be followed", [("error", .string("\(error)"))])
                    memory.disconnect()
                    memory.pausedUntilMs = clock() + Self.pauseMs
                }
            }
            memory.disconnect()
        }
    }

    private func step(_ memory: inout Memory, _ isStopping: @escaping () -> Bool) throws {
        let now = clock()
        guard desk.watches.sweep() else {
            memory.disconnect()
            return
        }
        if now - memory.searchMs >= Self.searchMs || now < memory.searchMs {
            memory.searchMs = now
            // What the desk brings it puts where it is watched.
            for query in desk.watches.unknown { _ = desk.search(query, beganMs: now, endedMs: now) }
        }
        guard now >= memory.pausedUntilMs || now < memory.pausedUntilMs - Self.clusterMs else { return }
        let cluster = try connect(&memory, isStopping)
        let isDue = desk.watches.takeNewcomer() || now - memory.beatMs >= Self.beatMs || now < memory.beatMs
        if isDue {
            memory.beatMs = now
            try askForEnds(cluster)
        }
        try readOn(cluster)
    }

    private func connect(_ memory: inout Memory, _ isStopping: @escaping () -> Bool) throws -> Cluster {
        let now = clock()
        if let cluster = memory.cluster, now - memory.clusterSinceMs < Self.clusterMs, now >= memory.clusterSinceMs {
            return cluster
        }
        memory.disconnect()
        let cluster = try Cluster(configuration.kafka, isStopping: isStopping)
        memory.cluster = cluster
        memory.clusterSinceMs = now
        return cluster
    }

    private func askForEnds(_ cluster: Cluster) throws {
        let topics = Set(configuration.mappings.compactMap(\.worker)).map(configuration.couplingsTopic(of:))
        let partitions = try cluster.partitions(of: topics.filter { cluster.partitionCounts[$0] != nil })
        let atMs = clock()
        let ends = try cluster.ask { try $0.endOffsets(partitions, isolation: .readCommitted) }
        desk.watches.ask(for: ends, atMs: atMs)
    }

    private func readOn(_ cluster: Cluster) throws {
        let startMs = clock()
        var reports = desk.watches.behind()
        guard !reports.isEmpty else { return }
        let search = RecordSearch(
            cluster: cluster,
            scope: configuration.searchScope(view.snapshot),
            reader: RecordReader(cluster: cluster)
        )
        try search.catchUp(&reports) { [clock] in clock() - startMs > Self.lookMs }
        desk.watches.take(recordsOf: reports, startMs: startMs)
    }
}

extension CoordinatorConfiguration {
    /// The installation as searches need it.
    func searchScope(_ snapshot: CoordinatorSnapshot) -> SearchScope {
        SearchScope(prefix: topicPrefix, mappings: mappings, obstacles: snapshot.obstacles(self))
    }
}
