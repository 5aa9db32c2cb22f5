// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import KafkaTestSupport

/// A program that makes two records of each event: the worker, or the bare copy.
struct Contender {
    enum Kind: String, CaseIterable {
        case worker = "product-worker"
        case copy = "bare copy in C"
    }

    /// What the worker writes, and where the copy writes the same.
    static let copiedTopics = [
        (own: "crm.outbound.products", copy: "copy.outbound.products"),
        (own: "sync.couplings.product-worker", copy: "copy.couplings"),
    ]

    let kind: Kind
    let batchMax: Int

    var group: String { kind == .worker ? "product-worker" : "bare-copy" }
    var outbound: String { kind == .worker ? Contender.copiedTopics[0].own : Contender.copiedTopics[0].copy }
    var changelog: String { kind == .worker ? Contender.copiedTopics[1].own : Contender.copiedTopics[1].copy }

    /// Starts it.
    func start(_ cluster: BenchmarkCluster, sizes: OutputSizes) throws -> KillableProcess {
        var environment = ["KAFKA_BOOTSTRAP_SERVERS": cluster.broker.bootstrapServers]
        let own = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        switch kind {
        case .worker:
            environment.merge(Contender.settings("product-worker", cluster)) { _, new in new }
            environment["SYNC_BATCH_MAX"] = String(batchMax)
        case .copy:
            environment.merge([
                "INPUT": BenchmarkCluster.input, "OUTBOUND": outbound, "CHANGELOG": changelog, "GROUP": group,
                "KEY_PREFIX": "ITEM-PRODUCT/\(BenchmarkCluster.company)/", "OUTBOUND_BYTES": "\(sizes.outbound)",
                "CHANGELOG_BYTES": "\(sizes.changelog)", "BATCH_MAX": "\(batchMax)", "COMMIT_INTERVAL_MS": "25",
            ]) { _, new in new }
        }
        return try KillableProcess(
            kind == .worker ? "\(cluster.executables)/product-worker" : "\(own)/BareCopy",
            [],
            environment: environment,
            log: URL(filePath: "\(cluster.directory)/\(group).log")
        )
    }

    /// The settings of a worker.
    static func settings(_ worker: String, _ cluster: BenchmarkCluster) -> [String: String] {
        [
            "KAFKA_BOOTSTRAP_SERVERS": cluster.broker.bootstrapServers, "SYNC_LOCAL_CURRENCY": "GBP",
            "SYNC_STATE_DIR": "\(cluster.directory)/\(worker)", "SYNC_INSTANCE": "a", "SYNC_DELIVERY": "published",
        ]
    }
}

/// Mean bytes of what the worker writes for an event, keys left out.
struct OutputSizes {
    var outbound = 0
    var changelog = 0
}
