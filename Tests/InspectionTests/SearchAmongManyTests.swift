// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import Foundation
import JSON
import Kafka
import KafkaTestSupport
import SyncModel
import Testing

@testable import Inspection

/// A search among as many couplings as `SEARCH_COUPLINGS` says; prints how long it took.
///
/// With `KAFKA_HOME` on a real broker, since the embedded one keeps few records.
@Suite("A search among many couplings", .timeLimit(.minutes(10)))
struct SearchAmongManyTests {
    private static let count = ProcessInfo.processInfo.environment["SEARCH_COUPLINGS"].flatMap { Int($0) } ?? 3_000

    @Test func oneIsFound() throws {
        let topic = "sync.couplings.product-worker"
        if let home = RealBroker.home {
            let broker = try RealBroker(home: home)
            defer { broker.stop() }
            let kafka = broker.configuration()
            let admin = try Admin(configuration: kafka, observer: nil)
            defer { admin.close() }
            _ = try admin.createTopics([Admin.NewTopic(topic, partitions: 2)])
            try search(topic, kafka)
        } else {
            let broker = try EmbeddedBroker()
            defer { broker.close() }
            try broker.createTopic(topic, partitions: 2)
            try search(topic, KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers]))
        }
    }

    private func search(_ topic: String, _ kafka: KafkaConfiguration) throws {
        try Self.produce(topic, kafka)
        let cluster = try Cluster(kafka)
        defer { cluster.close() }
        let search = RecordSearch(
            cluster: cluster,
            scope: SearchScope(
                prefix: "",
                mappings: [],
                couplingsTopics: [topic],
                obstacles: Obstacles(mappings: [])
            ),
            reader: RecordReader(cluster: cluster)
        )
        let wanted = Self.count / 2
        for text in ["n\(wanted)-a", Pairs.id(wanted)] {
            let report = try search.run(PairQuery(text, mapping: nil, mappingNames: []), now: 0)
            #expect(report.pairs.map(\.glance.name) == ["N\(wanted)-A"])
            #expect(report.couplings == Self.count)
            #expect(report.caveats.isEmpty)
            print("\(Self.count) couplings searched in \(report.tookMs) ms")
        }
    }

    private static func produce(_ topic: String, _ kafka: KafkaConfiguration) throws {
        let producer = try Producer(configuration: kafka, observer: nil)
        defer { producer.close() }
        var writer = JSONWriter()
        for number in 0..<count {
            var coupling = Pairs.coupling("ITEM-PRODUCT", "N\(number)-A", number, .coupled, exists: true)
            coupling.base = [
                "name": "Desk \(number)", "price": "649.4", "description": "A desk of four legs and a top",
            ]
            writer.removeAll()
            coupling.write(to: &writer)
            let key = Array(coupling.pairKey.description.utf8)
            try producer.produce(topic: topic, partition: Int32(number % 2), key: key, value: writer.bytes)
        }
        try producer.flush(timeoutMs: 120_000)
    }
}
