// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SyncEngine
import SyncModel
import TableMappings
import Telemetry
import Testing
import TopicCatalog

@testable import Coordination
@testable import KafkaTelemetry
@testable import WorkerRuntime

/// No metric grows with the data: with every label value that there can be, a process has no more series than documented.
struct SeriesBoundTests {
    private static func mappings() throws -> [TableMapping] {
        try MappingCatalog.load(overrides: nil).active(conditions: [.unitGroups, .priceLists])
    }

    @Test("a worker has at most 150 series")
    func worker() throws {
        let mappings = try Self.mappings()
        let graph = ReferenceGraph(mappings: mappings)
        for name in Set(mappings.compactMap(\.worker)) {
            let (made, telemetry) = RegisteredMetrics.worker(name)
            for mapping in mappings where mapping.worker == name {
                for result in RecordResult.allCases { _ = telemetry.records.with(mapping.name, result.rawValue) }
                // Its references, itself (a delete that rows refer to), and nothing named (a result that has not come).
                let references = graph.edges.filter { $0.from == mapping.name }.map(\.to) + [mapping.name, ""]
                for reference in Set(references) { telemetry.waitingRecords.set(1, [mapping.name, reference]) }
            }
            for errorClass in [ErrorClass.malformed, .permanent] { telemetry.deadLetters.add(1, [errorClass.rawValue]) }
            for client in ["admin", "changelogs", "events", "status", "transactions-0", "transactions-1"] {
                telemetry.observer(of: client).statistics(
                    #"{"msg_cnt":1,"msg_size":1,"txmsgs":1,"tx_bytes":1,"rxmsgs":1,"rx_bytes":1}"#
                )
            }
            #expect(made.seriesCount > 90, "\(name)")
            #expect(made.seriesCount <= 150, "\(name)")
        }
        try expectDocumented("a worker has at most 150 series")
    }

    private func expectDocumented(_ words: String) throws {
        let page = try ProjectFile.text("Docs/operations.md").replacingOccurrences(of: "\n", with: " ")
        let isThere = page.contains(words)
        #expect(isThere, "\(words)")
    }

    @Test("a coordinator has a series for each partition, and at most 300 others")
    func coordinator() throws {
        let mappings = try Self.mappings()
        let workers = Set(mappings.compactMap(\.worker)).count
        let fixed = RegisteredMetrics.coordinator().seriesCount
        let perWorker = workers * (1 + 2 + Words.verdicts.count)
        let perMapping = mappings.count * (1 + Words.causes.count)
        #expect(fixed + perWorker + perMapping <= 300)
        let topics = try TopicCatalog.bundled()
        let partitions = Set(mappings.compactMap(\.worker)).reduce(0) { sum, worker in
            sum + mappings.topics(of: worker).reduce(0) { $0 + (topics[$1].map { Int($0.partitions) } ?? 0) }
        }
        try expectDocumented("(\(partitions) with the topics as they are)")
        try expectDocumented("at most 300 others")
    }
}
