// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SimulatedKafka
import Telemetry
import WorkerRuntime

/// One instance of a worker through all its lives.
final class SimulatedInstance {
    let workerName: String
    let name: String
    let directory: String
    private(set) var worker: Worker?
    private(set) var process: SimulatedProcess?
    /// The metrics of its last life.
    private(set) var metrics = Metrics()
    /// Whether it is inside a call, so that nobody else may run it.
    var isRunning = false
    /// Whether it has left for good.
    var isGone = false
    /// Whether another process has its name, so that it may be fenced.
    var hasTwin = false
    /// How it ended by itself; nil where it was told to or was killed.
    private(set) var failure: String?
    private var lives = 0

    init(_ workerName: String, _ name: String, in directory: String) throws {
        self.workerName = workerName
        self.name = name
        self.directory = "\(directory)/\(workerName)-\(name)"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
    }

    var description: String { "\(workerName)-\(name)" }

    /// Starts a process; it may end while it starts.
    func start(_ configuration: WorkerConfiguration, on cluster: SimulatedCluster, log: Log, batchMax: Int) {
        var configuration = configuration
        configuration.stateDirectory = directory
        configuration.instance = name
        configuration.batchMax = batchMax
        configuration.stateGrowthBytes = 1 << 20
        lives += 1
        let process = cluster.makeProcess("\(description)#\(lives)")
        self.process = process
        let clock = cluster.clock
        let metrics = Metrics()
        self.metrics = metrics
        run {
            let worker = try Worker(
                configuration,
                log: log.with(["process": process.name]),
                metrics: metrics,
                health: Health(),
                clock: { clock.now },
                clients: SimulatedClients(process),
                isStopping: { process.isDead }
            )
            self.worker = worker
            try worker.start(isStopping: { process.isDead })
        }
    }

    /// Lets the worker do one round.
    func step() {
        run { try worker?.step() }
    }

    /// Tells the worker to end.
    func stop() {
        run {
            try worker?.stop()
            process?.kill()
        }
    }

    /// Ends it between two rounds.
    func kill() {
        process?.kill()
        if !isRunning { worker = nil }
    }

    private func run(_ body: () throws -> Void) {
        isRunning = true
        do {
            try body()
        } catch is ProcessEnded {
        } catch is CancellationError {
        } catch WorkerError.fenced where hasTwin {
            process?.kill()
        } catch {
            // After its end a process may stumble over what is not there any more.
            if process?.isDead == false { failure = "\(description) ended: \(error)" }
            process?.kill()
        }
        isRunning = false
        if process?.isDead == true { worker = nil }
    }

    private var data: String { "\(directory)/data" }
    private var copy: String { "\(directory)/data.older" }

    /// Keeps a copy of the state as it is now.
    func keepCopy() throws {
        guard FileManager.default.fileExists(atPath: data) else { return }
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: data, toPath: copy)
    }

    /// Puts the copy in the place of the state.
    ///
    /// - Returns: whether there was one.
    func restoreCopy() throws -> Bool {
        guard FileManager.default.fileExists(atPath: copy) else { return false }
        try? FileManager.default.removeItem(atPath: data)
        try FileManager.default.moveItem(atPath: copy, toPath: data)
        return true
    }

    /// Removes the state.
    func loseState() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }
}
