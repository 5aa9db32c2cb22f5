// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import LocalStack
import SyncModel
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A worker's executable from a start without Kafka to its end by SIGTERM.
struct ProcessTests {
    @Test(.timeLimit(.minutes(2)))
    func waitsForKafkaServesItsEndpointsAndEndsWhenTold() async throws {
        try await onOwnThread {
            let stack = try WorkerStack()
            defer { stack.close() }
            let directory = try TemporaryDirectory()
            let settings = [
                "KAFKA_BOOTSTRAP_SERVERS": stack.broker.bootstrapServers, "SYNC_STATE_DIR": directory.path,
                "SYNC_LOCAL_CURRENCY": "GBP", "SYNC_LOG_FORMAT": "logfmt", "KAFKA_SESSION_TIMEOUT_MS": "6000",
            ]
            stack.start("unit-worker")
            let items = ItemRecord.make(300)
            try stack.send(items.map(\.unitEvent) + items.map { $0.event("c", sequence: 1) })
            try stack.wait(for: "the units of the items") {
                items.allSatisfy { stack.coupling("ITEM UOM", $0.unitID)?.exists == true }
            }
            try stack.stop("unit-worker")

            try stack.broker.setReachable(false)
            let first = try WorkerProcess("product-worker", settings)
            let url = try first.url()
            let line = try first.line(containing: "Kafka cannot be reached; trying again")
            #expect(line.contains("attempt=1") && line.contains("error="))
            try first.line(containing: "attempt=2")
            let early = try get(url, "readyz")
            #expect(early.status == 503)
            #expect(early.text.contains("Kafka cannot be reached"), "\(early.text)")
            #expect(try get(url, "livez").status == 200)

            try stack.broker.setReachable(true)
            try first.line(containing: "partitions taken up")
            #expect(try get(url, "readyz").status == 200)
            // The end comes in the middle of the work; what is left is done by the next process, and nothing twice.
            try stack.wait(for: "the first products") { stack.monitor.changes.contains { $0.entity == "products" } }
            first.terminate()
            #expect(try first.exitCode(within: 20) == 0)
            #expect(first.printed.contains { $0.contains("message=stopped") })

            let second = try WorkerProcess("product-worker", settings)
            try stack.wait(for: "the products of two processes", seconds: 120) { stack.haveChanges(items, 2) }
            try second.line(containing: "partitions taken up")
            let metrics = try get(try second.url(), "metrics")
            #expect(metrics.status == 200)
            for name in [
                "sync_records_total", "sync_transaction_seconds_count", "sync_gate_open", "sync_forwarded_total",
            ] {
                #expect(metrics.text.contains("\n\(name)"), "\(name)")
            }
            second.terminate()
            #expect(try second.exitCode(within: 20) == 0)
            for item in items { #expect(stack.operations("ITEM-PRODUCT", item.id) == ["create", "setState"]) }
        }
    }

    private func get(_ url: URL, _ path: String) throws -> (status: Int, text: String) {
        let finished = DispatchSemaphore(value: 0)
        let answer = Answer()
        let task = URLSession.shared.dataTask(with: url.appendingPathComponent(path)) { data, response, error in
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            answer.set(status, data.map { String(decoding: $0, as: UTF8.self) } ?? "\(String(describing: error))")
            finished.signal()
        }
        task.resume()
        guard finished.wait(timeout: .now() + 10) == .success else {
            throw Unmet(description: "no answer from \(url)\(path)")
        }
        return answer.get()
    }

    /// What came back, handed from the client's queue to the test's thread by a semaphore.
    private final class Answer: @unchecked Sendable {
        private var status = 0
        private var text = ""

        func set(_ status: Int, _ text: String) {
            self.status = status
            self.text = text
        }

        func get() -> (status: Int, text: String) { (status, text) }
    }
}
