// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The installed Prometheus, with the project's configuration and rules, in a hurry.
final class PrometheusServer {
    private let process: KillableProcess
    private let directory: String
    private let log: URL

    /// Whether the tests that need it are wanted; they then fail where it is missing.
    static var isWanted: Bool { ProcessInfo.processInfo.environment["MONITORING_TESTS"] != nil }

    /// Starts it; `addresses` are put for the services of `docker-compose.yml`.
    init(_ addresses: [String: String]) throws {
        directory = NSTemporaryDirectory() + "prometheus-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var configuration = try ProjectFile.text("Operations/prometheus.yml")
        for (name, address) in addresses {
            configuration = configuration.replacingOccurrences(of: "- \(name):8080", with: "- \(address)")
        }
        if configuration.contains(":8080") {
            throw MonitoringFailure(description: "a target that does not run: \(configuration)")
        }
        configuration = configuration.replacingOccurrences(of: "_interval: 15s", with: "_interval: 1s")
        try Self.write(configuration, to: "\(directory)/prometheus.yml")
        let rules = try ProjectFile.text("Operations/alerts.yml")
        try Self.write(rules.replacing(/for: \d+[mh]/, with: "for: 1s"), to: "\(directory)/alerts.yml")
        log = URL(filePath: "\(directory)/log")
        process = try KillableProcess(
            try Self.executable("prometheus"),
            [
                "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/data",
                "--web.listen-address=127.0.0.1:0",
            ],
            environment: [:],
            log: log
        )
    }

    private static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Where a program of the path lies.
    private static func executable(_ name: String) throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let paths = folders.map { "\($0)/\(name)" }
        guard let path = paths.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw MonitoringFailure(description: "\(name) is not installed: make test-monitoring installs it")
        }
        return path
    }

    private var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Waits until it answers.
    ///
    /// - Returns: its interface.
    func start() async throws -> PrometheusAPI {
        let port: String = try await eventually("Prometheus listens: \(logText)") {
            guard process.isRunning else { throw MonitoringFailure(description: "Prometheus ended: \(logText)") }
            return try ProjectFile.matches(#"msg="Listening on" address=127.0.0.1:(\d+)"#, in: logText).first
        }
        let api = PrometheusAPI(address: "127.0.0.1:\(port)")
        try await eventually("Prometheus is ready: \(logText)") {
            (try? await WatchedStack.get(api.address, "-/ready"))?.status == 200 ? () : nil
        }
        return api
    }

    /// What `promtool check metrics` has to say of a page; nil: nothing.
    static func complaint(about page: String) throws -> String? {
        let directory = NSTemporaryDirectory() + "promtool-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try write(page, to: "\(directory)/page")
        let output = URL(filePath: "\(directory)/output")
        let command = "exec '\(try executable("promtool"))' check metrics < '\(directory)/page'"
        let check = try KillableProcess("/bin/sh", ["-c", command], environment: [:], log: output)
        let status = check.waitUntilExit()
        let said = try String(contentsOf: output, encoding: .utf8)
        return status == 0 && said.isEmpty ? nil : "\(status): \(said)"
    }

    func close() {
        process.kill()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
