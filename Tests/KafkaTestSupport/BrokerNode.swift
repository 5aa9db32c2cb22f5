// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import Synchronization

// Unchecked: everything that changes is behind the mutex.

/// One process of an Apache Kafka, broker and controller in one, with its data in a directory of its own.
final class BrokerNode: @unchecked Sendable {
    /// Where it can be reached: clients, other brokers' controllers, and clients of other networks.
    struct Place {
        var id: Int
        var port: UInt16
        var controllerPort: UInt16
        var remotePort: UInt16
    }

    let place: Place
    private let home: String
    private let directory: URL
    private let heap: String
    private let running = Mutex<KillableProcess?>(nil)

    /// Lays out the directory; nothing is started.
    init(_ place: Place, home: String, directory: URL, heap: String, settings: [String: String]) throws {
        self.place = place
        self.home = home
        self.directory = directory
        self.heap = heap
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let own = settings.merging(["node.id": "\(place.id)", "log.dirs": directory.appending(path: "data").path]) {
            _,
            own in own
        }
        try own.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "\n")
            .write(to: directory.appending(path: "broker.properties"), atomically: true, encoding: .utf8)
    }

    var address: String { "127.0.0.1:\(place.port)" }

    var processID: Int32? { running.withLock { $0?.processID } }

    /// Begins to lay out its data; wait for the process to end.
    func format() throws -> KillableProcess {
        let properties = directory.appending(path: "broker.properties").path
        return try launch("kafka-storage.sh", ["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties])
    }

    /// Starts it on what it held.
    func start() throws {
        let process = try launch("kafka-server-start.sh", [directory.appending(path: "broker.properties").path])
        running.withLock { $0 = process }
    }

    /// Waits until it answers.
    func awaitAnswer() throws {
        let admin = try Admin(configuration: KafkaConfiguration(["bootstrap.servers": address]), observer: nil)
        defer { admin.close() }
        let log = "\(directory.path)/broker.log"
        try waitUntil(within: .seconds(120), "the broker at \(address), see \(log)") {
            let isRunning = running.withLock { $0?.isRunning ?? false }
            if !isRunning { throw ConformanceFailure("The broker ended, see \(log)") }
            return admin.isReachable(timeoutMs: 250) ? () : nil
        }
    }

    /// Kills it without warning (SIGKILL), and returns when it is gone.
    func kill() {
        let process = running.withLock { process in
            defer { process = nil }
            return process
        }
        process?.kill()
    }

    /// Stops it where it is (SIGSTOP): its connections stay, and nothing answers.
    func pause() { running.withLock { $0?.pause() } }

    /// Lets it go on.
    func resume() { running.withLock { $0?.resume() } }

    private func launch(_ script: String, _ arguments: [String]) throws -> KillableProcess {
        try KillableProcess(
            "\(home)/bin/\(script)",
            arguments,
            // The second: where the official scripts put their log files.
            environment: ["KAFKA_HEAP_OPTS": "-Xms128m -Xmx\(heap)", "LOG_DIR": directory.path],
            log: directory.appending(path: "broker.log")
        )
    }
}
