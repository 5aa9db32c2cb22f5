// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SyncEngine
import SyncModel
import Telemetry

/// The name that gives an instance its transactional ids, made once and kept with its state.
enum InstanceName {
    /// The kept name, or a new one where none was kept yet.
    ///
    /// - Throws: `WorkerError` for a file that is there and cannot be read: under another name the predecessor would not
    ///   be fenced.
    static func kept(in directory: String) throws -> String {
        let path = "\(directory)/instance"
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch CocoaError.fileReadNoSuchFile {
            let name = UUID().uuidString.lowercased()
            try "\(name)\n".write(toFile: path, atomically: true, encoding: .utf8)
            return name
        } catch {
            throw WorkerError.instanceFile(path: path, problem: "cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw WorkerError.instanceFile(path: path, problem: "is no text")
        }
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty else { throw WorkerError.instanceFile(path: path, problem: "is empty") }
        return name
    }
}

/// Checks that the topics are there and fit together, waiting while Kafka cannot be reached.
struct TopicCheck {
    let configuration: WorkerConfiguration
    let admin: any AdminClient
    let telemetry: WorkerTelemetry

    init(_ configuration: WorkerConfiguration, admin: any AdminClient, telemetry: WorkerTelemetry) {
        self.configuration = configuration
        self.admin = admin
        self.telemetry = telemetry
    }

    /// The partition counts of the worker's topics.
    ///
    /// - Throws: `CancellationError` when told to stop meanwhile.
    func wait(isStopping: () -> Bool) throws -> [String: Int32] {
        var attempt = 0
        while true {
            do {
                let found = try admin.topics(timeoutMs: Int32(min(1_000 << min(attempt, 4), 10_000)))
                try check(found)
                return found
            } catch let error as KafkaError where error.disposition == .retriable {
                if isStopping() { throw CancellationError() }
                attempt += 1
                telemetry.health.set(reason: "Kafka cannot be reached: \(error.name)", for: "worker")
                telemetry.log.warning(
                    "Kafka cannot be reached; trying again",
                    [("attempt", .integer(Int64(attempt))), ("error", .string(error.description))]
                )
            }
        }
    }

    private func check(_ found: [String: Int32]) throws {
        let consumed = [configuration.inboxTopic] + configuration.changeTopics + [configuration.couplingsTopic]
        let needed =
            consumed + configuration.tailTopics + [
                configuration.controlTopic, "\(configuration.topicPrefix)sync.status",
                "\(configuration.topicPrefix)sync.dead-letters",
            ]
        let outbound = configuration.mappings.map {
            "\(configuration.topicPrefix)crm.outbound.\($0.mapping.dataverse.entitySet)"
        }
        for topic in needed + outbound where found[topic] == nil { throw WorkerError.topicMissing(topic) }
        let wanted = found[configuration.inboxTopic] ?? 0
        for topic in consumed {
            guard let count = found[topic], count != wanted else { continue }
            throw WorkerError.partitionCount(topic: topic, found: count, wanted: wanted)
        }
    }
}
