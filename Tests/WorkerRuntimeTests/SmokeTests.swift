// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kafka
import LocalStack
import SyncEngine
import SyncModel
import TableMappings
import Telemetry
import Testing
import TopicCatalog
import WorkerRuntime

@Suite(.serialized)
struct WorkerTests {
    @Test(.timeLimit(.minutes(1)))
    func anItemWithItsUnitBecomesAProduct() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        for topic in try TopicCatalog.bundled().topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        let directory = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var engine = EngineSettings(worker: "", conditions: [.unitGroups, .priceLists])
        engine.localCurrency = "GBP"
        let kafka = KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers])
        var workers: [WorkerThread] = []
        let log = Log(format: .logfmt, level: .debug)
        for name in ["unit-worker", "product-worker"] {
            var options = WorkerOptions(
                catalog: try MappingCatalog.load(overrides: nil),
                engine: engine,
                kafka: kafka,
                stateDirectory: "\(directory)/\(name)"
            )
            options.commitsPlainly = true
            workers.append(WorkerThread(WorkerConfiguration(worker: name, options), log: log))
        }
        defer { for worker in workers { worker.stop() } }
        let producer = try Producer(configuration: kafka, observer: nil)
        let id = "579023fe-888a-57ea-8ea9-e074c9acd461"
        let item = #"{"op":"c","ts_ms":1,"source":{"company":"C","sequence":1},"after":{"systemId":"\#(id)","number":"1","displayName":"Desk","unitPrice":1.50,"blocked":false,"baseUnitOfMeasureCode":"PCS","lastModifiedDateTime":"2026-01-01T00:00:00Z"}}"#
        let unit = #"{"op":"c","ts_ms":1,"source":{"company":"C","sequence":2},"after":{"systemId":"679023fe-888a-57ea-8ea9-e074c9acd461","itemNo":"1","itemId":"\#(id)","code":"PCS","qtyPerUnitOfMeasure":1}}"#
        try send(item, key: id, to: "bc.changes.items", producer)
        try send(unit, key: "679023fe-888a-57ea-8ea9-e074c9acd461", to: "bc.changes.item-units", producer)
        try producer.flush(timeoutMs: 10_000)
        let consumer = try Consumer(configuration: kafka, group: nil, observer: nil)
        try consumer.assign(Dictionary(uniqueKeysWithValues: (0..<6).map { (TopicPartition("crm.outbound.products", $0), Consumer.beginning) }))
        var operations: [String] = []
        while operations.count < 2 {
            guard case .message(let message) = consumer.poll(timeoutMs: 1_000), let value = message.value else { continue }
            let change = try JSONDocument().parse(value)
            print(change.rawText)
            operations.append(change["operation"]?.string ?? "")
        }
        #expect(operations == ["create", "setState"])
        for worker in workers { #expect(worker.failure == nil) }
    }

    private func send(_ value: String, key: String, to topic: String, _ producer: Producer) throws {
        try Array(key.utf8).withUnsafeBytes { key in
            try Array(value.utf8).withUnsafeBytes { value in
                try producer.produce(topic: topic, partition: nil, key: key, value: value, headers: [], timestampMs: nil)
            }
        }
    }
}
