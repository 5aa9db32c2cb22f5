// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import LocalStack
import Telemetry
import Testing
import TopicCatalog
import WorkerRuntime

/// What stops a worker's start says what is wrong and how to mend it.
struct StartTests {
    /// A port at which nobody answers.
    private static let nowhere = "127.0.0.1:1"

    private func settings(_ directory: TemporaryDirectory, kafka: String = nowhere) -> [String: String] {
        [
            "KAFKA_BOOTSTRAP_SERVERS": kafka, "SYNC_STATE_DIR": "\(directory.path)/state", "SYNC_LOCAL_CURRENCY": "GBP",
            "SYNC_LOG_FORMAT": "logfmt", "SYNC_HTTP": "127.0.0.1:0",
        ]
    }

    /// The lines that are no log and no address: the answer to whoever started it.
    private func answer(_ process: WorkerProcess) -> [String] {
        process.printed.filter { $0.hasPrefix("product-worker: ") }
    }

    @Test(.timeLimit(.minutes(5)))
    func aMissingTopicIsNamedWithTheCommandThatMakesIt() async throws {
        try await onOwnThread {
            let stack = try WorkerStack { $0.name == "sync.inbox.product-worker" ? nil : $0.partitions }
            defer { stack.close() }
            #expect {
                _ = try Self.makeWorker(stack)
            } throws: { error in
                guard case .topicMissing("sync.inbox.product-worker") = error as? WorkerError else { return false }
                return "\(error)".contains("syncctl topics apply")
            }
            let directory = try TemporaryDirectory()
            let process = try WorkerProcess("product-worker", settings(directory, kafka: stack.broker.bootstrapServers))
            #expect(try process.exitCode() == 1)
            #expect(
                answer(process) == [
                    "product-worker: topic sync.inbox.product-worker is missing; create it with: syncctl topics apply"
                ]
            )
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func anotherPartitionCountIsNamedWithTheCommandThatShowsIt() async throws {
        try await onOwnThread {
            let stack = try WorkerStack { $0.name == "bc.changes.items" ? 4 : $0.partitions }
            defer { stack.close() }
            #expect {
                _ = try Self.makeWorker(stack)
            } throws: { error in
                guard case .partitionCount("bc.changes.items", 4, 6) = error as? WorkerError else { return false }
                return "\(error)".contains("syncctl topics check")
            }
            let directory = try TemporaryDirectory()
            let process = try WorkerProcess("product-worker", settings(directory, kafka: stack.broker.bootstrapServers))
            #expect(try process.exitCode() == 1)
            let lines = answer(process)
            #expect(lines.count == 1 && lines[0].contains("bc.changes.items has 4 partitions"), "\(lines)")
        }
    }

    private static func makeWorker(_ stack: WorkerStack) throws -> Worker {
        try Worker(
            stack.configuration("product-worker"),
            log: Log(format: .logfmt, level: .error),
            metrics: Metrics(),
            health: Health(),
            clock: Timestamp.now,
            isStopping: { false }
        )
    }

    /// The first process waits for Kafka with the directory in its hands, tells so, and ends when told to.
    @Test(.timeLimit(.minutes(5)))
    func aStateDirectoryHasOneProcess() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            let first = try WorkerProcess("product-worker", settings(directory))
            try first.line(containing: "Kafka cannot be reached; trying again")
            let second = try WorkerProcess("product-worker", settings(directory))
            #expect(try second.exitCode() == 2)
            let lines = second.printed
            #expect(lines.count == 1 && lines[0].contains("\(directory.path)/state is in use by process "), "\(lines)")
            #expect(first.printed.contains { $0.hasPrefix("listening on http://") })
            first.terminate()
            #expect(try first.exitCode(within: 20) == 0)
            #expect(answer(first).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aStateDirectoryHasOneWorker() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            let first = try WorkerProcess("product-worker", settings(directory))
            try first.line(containing: "Kafka cannot be reached; trying again")
            first.terminate()
            #expect(try first.exitCode(within: 20) == 0)
            let second = try WorkerProcess("unit-worker", settings(directory))
            #expect(try second.exitCode() == 2)
            let reason = "belongs to product-worker, not to unit-worker; each needs a directory of its own"
            #expect(second.printed == ["unit-worker: state directory \(directory.path)/state \(reason)"])
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aStateDirectoryThatCannotBeUsedIsNamed() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            var unwritable = settings(directory)
            try Data().write(to: URL(fileURLWithPath: "\(directory.path)/file"))
            unwritable["SYNC_STATE_DIR"] = "\(directory.path)/file/state"
            let first = try WorkerProcess("product-worker", unwritable)
            #expect(try first.exitCode() == 2)
            let reason = "state directory \(directory.path)/file/state cannot be written: Not a directory"
            #expect(answer(first) == ["product-worker: \(reason)"])

            try FileManager.default.createDirectory(
                atPath: "\(directory.path)/state",
                withIntermediateDirectories: true
            )
            try Data("99\n".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/state/format"))
            let second = try WorkerProcess("product-worker", settings(directory))
            #expect(try second.exitCode() == 2)
            let lines = answer(second)
            #expect(lines.count == 1 && lines[0].contains("\(directory.path)/state has format 99"), "\(lines)")
        }
    }

    /// All that is wrong in one go: values, unknown names with the nearest known one, and properties of the Kafka client.
    @Test(.timeLimit(.minutes(5)))
    func wrongSettingsAreAllReportedAtOnce() async throws {
        try await onOwnThread {
            let wrong = [
                "SYNC_DELIVERY": "perhaps", "SYNC_BATCH_MAX": "0", "SYNC_BACH_MAX": "1",
                "SYNC_UNIT_GROUP_MAPPING": "yes",
                "SYNC_HTTP": "nowhere", "KAFKA_SESSION_TIMEOUT_MS": "soon",
            ]
            let process = try WorkerProcess("product-worker", wrong)
            #expect(try process.exitCode() == 2)
            let lines = process.printed
            for (name, value) in wrong {
                let line = lines.first { $0.hasPrefix("product-worker: \(name): ") }
                #expect(line != nil, "\(name) in \(lines)")
                if name != "SYNC_BACH_MAX" { #expect(line?.contains(value) == true, "\(line ?? "")") }
            }
            #expect(lines.contains { $0.hasPrefix("product-worker: KAFKA_BOOTSTRAP_SERVERS: is required") })
            #expect(lines.contains { $0.contains("SYNC_BACH_MAX") && $0.contains("SYNC_BATCH_MAX") })
            #expect(lines.contains { $0.hasPrefix("product-worker: SYNC_LOCAL_CURRENCY: is required") })
            #expect(lines.count == wrong.count + 2, "\(lines)")

        }
    }

    /// What only shows with the mappings is reported along with the rest: a missing currency, a wrong file.
    @Test(.timeLimit(.minutes(5)))
    func wrongSettingsAreReportedAlongWithWhatTheMappingsNeed() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            var wrong = settings(directory)
            wrong["SYNC_LOCAL_CURRENCY"] = nil
            wrong["SYNC_DELIVERY"] = "perhaps"
            wrong["SYNC_AUTO_CREATE_ORDERS"] = "yes"
            wrong["KAFKA_SESSION_TIMEOUT_MS"] = "soon"
            try Data("name: CUSTOMER\n".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/customer.yaml"))
            wrong["SYNC_MAPPINGS_DIR"] = directory.path
            let process = try WorkerProcess("price-worker", wrong)
            #expect(try process.exitCode() == 2)
            let names = [
                "SYNC_LOCAL_CURRENCY: is required", "SYNC_DELIVERY: 'perhaps'", "SYNC_AUTO_CREATE_ORDERS: 'yes'",
                "KAFKA_SESSION_TIMEOUT_MS: ", "SYNC_MAPPINGS_DIR: \(directory.path)/customer.yaml:1: ",
            ]
            for name in names {
                #expect(process.printed.contains { $0.hasPrefix("price-worker: \(name)") }, "\(process.printed)")
            }
        }
    }

    /// Records would wait for ever for what no worker runs, so no worker starts.
    @Test(.timeLimit(.minutes(5)))
    func aLookupOfWhatNobodyRunsStopsTheStart() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            var person = settings(directory)
            person["SYNC_OWNERSHIP"] = "person"
            let process = try WorkerProcess("account-worker", person)
            #expect(try process.exitCode() == 2)
            let reason = "SYNC_OWNERSHIP: 'person' is not possible here: customer.yaml:"
            #expect(
                process.printed.count == 1 && process.printed[0].hasPrefix("account-worker: \(reason)")
                    && process.printed[0].contains("no worker runs `SALESPEOPLE`"),
                "\(process.printed)"
            )
        }
    }
}
