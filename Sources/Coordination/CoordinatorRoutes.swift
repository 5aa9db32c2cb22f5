// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel
import TableMappings
public import Telemetry

/// The coordinator's JSON API: graph, gates, lag and workers.
public struct CoordinatorRoutes: Sendable {
    let configuration: CoordinatorConfiguration
    let view: CoordinatorView
    let graph: ReferenceGraph
    let workers: WorkerGraph
    let clock: @Sendable () -> Int64

    /// Makes the routes of a coordinator.
    ///
    /// - Parameters:
    ///   - configuration: the coordinator's own.
    ///   - view: the one that the coordinator writes.
    ///   - clock: the time in milliseconds since 1970.
    public init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.clock = clock
        graph = ReferenceGraph(mappings: configuration.mappings)
        workers = WorkerGraph(mappings: configuration.mappings)
    }

    /// Adds `/api/graph`, `/api/gates`, `/api/lag`, `/api/workers`, `/api/history`, `/api/waiting` and
    /// `/api/failed`.
    public func add(to server: HTTPServer) {
        server.route("GET", "/api/graph") { _ in answer(writeGraph) }
        server.route("GET", "/api/gates") { _ in answer(writeGates) }
        server.route("GET", "/api/lag") { _ in answer(writeLag) }
        server.route("GET", "/api/workers") { _ in answer(writeWorkers) }
        server.route("GET", "/api/history") { _ in answer(writeHistory) }
        addStuckRoutes(to: server)
    }

    func answer(_ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter(reserving: 4096)
        write(&writer)
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }

    func writeGraph(to writer: inout JSONWriter) {
        let stages = graph.topologicalStages
        writer.object { writer in
            writer.array("nodes", stages.enumerated().flatMap { stage, names in names.map { (stage + 1, $0) } }) {
                writer,
                node in
                writer.object { writer in
                    writer.member("mapping", node.1)
                    writer.member("worker", configuration.mappings.first { $0.name == node.1 }?.worker)
                    writer.member("stage", Int64(node.0))
                }
            }
            writer.array("edges", graph.edges) { writer, edge in
                writer.object { writer in
                    writer.member("from", edge.from)
                    writer.member("to", edge.to)
                    writer.member("deferrable", edge.isDeferrable)
                }
            }
            writer.array("workers", workers.workers) { writer, worker in
                writer.object { writer in
                    writer.member("worker", worker)
                    writer.array("dependsOn", workers.dependencies(of: worker)) { $0.string($1.worker) }
                    writer.array("topics", configuration.topics(of: worker)) { $0.string($1) }
                }
            }
            writer.member("text", graph.text())
        }
    }

    func writeGates(to writer: inout JSONWriter) {
        let snapshot = view.snapshot
        writer.object { writer in
            writer.member("active", snapshot.isActive)
            writer.member("high", configuration.gateHigh)
            writer.member("low", configuration.gateLow)
            writer.array("gates", gates(snapshot)) { $1.write(to: &$0) }
            writer.array("holds", snapshot.holds) { $1.write(to: &$0) }
        }
    }

    /// Every worker's gate: those never told are open.
    private func gates(_ snapshot: CoordinatorSnapshot) -> [Gate] {
        let told = snapshot.gates
        let untold = workers.workers.filter { worker in !told.contains { $0.worker == worker } }
        return told + untold.map { Gate(worker: $0, isOpen: true, sinceMs: nil) }
    }

    func writeLag(to writer: inout JSONWriter) {
        let snapshot = view.snapshot
        writer.object { writer in
            writer.member("at", snapshot.lag.map { SyncModel.Timestamp.text(milliseconds: $0.atMs) })
            writer.array("partitions", snapshot.lag?.partitions ?? []) { writer, partition in
                writer.object { writer in
                    writer.member("group", partition.group)
                    writer.member("topic", partition.topic)
                    writer.member("partition", Int64(partition.partition))
                    writer.member("committed", partition.committed)
                    writer.member("end", partition.end)
                    writer.member("lag", partition.lag)
                }
            }
            writer.array("workers", workers.workers) { writer, worker in
                writer.object { writer in
                    writer.member("worker", worker)
                    writer.member("lag", snapshot.lag?.lags[worker])
                    writer.member("problem", snapshot.lagProblems[worker])
                    writer.member("lagSeconds", snapshot.lagSeconds[worker])
                    snapshot.verdicts.first { $0.worker == worker }?.writeMembers(to: &writer)
                }
            }
        }
    }

    func writeWorkers(to writer: inout JSONWriter) {
        let now = clock()
        let snapshot = view.snapshot
        writer.object { writer in
            writer.array("verdicts", snapshot.verdicts) { writer, judged in
                writer.object { writer in
                    writer.member("worker", judged.worker)
                    judged.writeMembers(to: &writer)
                }
            }
            writer.array("workers", snapshot.heartbeats) { writer, heartbeat in
                writer.object { writer in
                    writer.member("secondsAgo", max(0, (now - heartbeat.atMs) / 1_000))
                    writer.key("heartbeat")
                    writer.raw(heartbeat.json)
                }
            }
        }
    }

    func writeHistory(to writer: inout JSONWriter) {
        let history = view.snapshot.history
        writer.object { writer in
            writer.member("intervalSeconds", LagHistory.intervalMs / 1_000)
            writer.array("workers", workers.workers) { writer, worker in
                let points = history.points[worker] ?? []
                writer.object { writer in
                    writer.member("worker", worker)
                    writer.array("at", points) { $0.string(SyncModel.Timestamp.text(milliseconds: $1.atMs)) }
                    writer.array("lag", points) { $0.integer($1.lag) }
                    writer.array("lagSeconds", points) { writer, point in
                        if let seconds = point.seconds { writer.integer(seconds) } else { writer.null() }
                    }
                    writer.array("rate", points) { $0.number(String(($1.rate * 10).rounded() / 10)) }
                }
            }
        }
    }
}
